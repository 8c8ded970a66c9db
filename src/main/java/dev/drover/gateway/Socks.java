package dev.drover.gateway;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// SOCKS version 5, without authentication, for connections only.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc1928">RFC 1928</a>
final class Socks {
  private static final int VERSION = 5;
  private static final int CONNECT = 1;
  private static final int IPV4 = 1;
  private static final int NAME = 3;
  private static final int IPV6 = 4;

  private Socks() {}

  static void serve(Passage passage) throws IOException, InterruptedException {
    passage.protocol("socks");
    var in = passage.in();
    in.read(); // the version
    var methods = in.read(in.read());
    boolean open = false;
    for (byte method : methods) {
      open |= method == 0;
    }
    passage.reply(ByteBuffer.wrap(new byte[] {VERSION, (byte) (open ? 0 : 0xff)}));
    if (!open) {
      throw refused("the proxy has no authentication");
    }
    int version = in.read();
    int command = in.read();
    in.read(); // reserved
    if (version != VERSION || command != CONNECT) {
      passage.denyWith(_ -> answer(7));
      throw refused("the proxy supports TCP connections only");
    }
    passage.denyWith(e -> answer(code(e.reason())));
    var host = host(in);
    var to = Requested.of(host + ":" + in.readShort(), 0);
    passage.connect(to);
    passage.reply(answer(0));
    Protocols.tunnel(passage, to);
  }

  private static String host(PeekedStream in) throws IOException {
    return switch (in.read()) {
      case IPV4 -> InetAddress.getByAddress(in.read(4)).getHostAddress();
      case IPV6 -> {
        var address = InetAddress.getByAddress(in.read(16));
        if (!(address instanceof Inet6Address)) {
          throw refused("an IPv4 address is written as an IPv6 address");
        }
        yield "[" + address.getHostAddress() + "]";
      }
      case NAME -> new String(in.read(in.read()), StandardCharsets.ISO_8859_1);
      default -> throw refused("the kind of address is unknown");
    };
  }

  private static int code(Verdict.Reason reason) {
    return reason == Verdict.Reason.UNREACHABLE ? 4 : 2;
  }

  private static ByteBuffer answer(int code) {
    return ByteBuffer.wrap(new byte[] {VERSION, (byte) code, 0, IPV4, 0, 0, 0, 0, 0, 0});
  }

  private static NotConnected refused(String why) {
    return new NotConnected(
        Verdict.Reason.PROTOCOL, "a connection through SOCKS was refused: " + why);
  }
}
