package dev.drover.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Pause;
import dev.drover.catalog.Environment.Networking;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.http.Resolver;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.testing.PrivateSpellings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every way to write an address that is not public, at every entrance of the gateway: a server on
/// loopback counts who arrives.
@Timeout(60)
final class SpellingsTest {
  private static final HandId HAND = new HandId("hand_1");

  private static final List<String> SPELLINGS =
      PrivateSpellings.and(
              "localhost",
              "LOCALHOST",
              "localhost.",
              "localhost.localdomain",
              "ip6-localhost",
              "[fe80::1%lo]",
              "\u00b927.0.0.1",
              "\0127.0.0.1",
              "127.0.0.1\0",
              "\t127.0.0.1",
              " 127.0.0.1",
              "public.example@127.0.0.1",
              "127.0.0.1#@public.example",
              "127.0.0.1\\@public.example",
              "127.0.0.1:80",
              "//127.0.0.1",
              "http:127.0.0.1",
              "http://127.0.0.1",
              "loopback.example",
              "private.example",
              "mixed.example",
              "metadata.example",
              "six.example",
              "")
          .toList();

  private static final Resolver NAMES =
      host ->
          switch (host) {
            case "loopback.example", "localhost", "localhost.localdomain", "ip6-localhost" ->
                addresses("127.0.0.1");
            case "private.example" -> addresses("10.1.2.3");
            case "mixed.example" -> addresses("93.184.215.14", "127.0.0.1");
            case "metadata.example" -> addresses("169.254.169.254");
            case "six.example" -> addresses("::1");
            default -> throw new UnknownHostException(host);
          };

  private static InetAddress[] addresses(String... texts) {
    var all = new InetAddress[texts.length];
    for (int i = 0; i < texts.length; i++) {
      all[i] = InetAddress.ofLiteral(texts[i]);
    }
    return all;
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// A handshake that names this host, whatever it is.
  private static byte[] hello(String host) throws Exception {
    var hello = Hello.to("a".repeat(Math.max(1, host.length())));
    var text = new String(hello, StandardCharsets.ISO_8859_1);
    var name = latin(host.isEmpty() ? "0" : host);
    int at = text.indexOf("a".repeat(name.length));
    System.arraycopy(name, 0, hello, at, name.length);
    return hello;
  }

  @Test
  void noSpellingReachesAnAddressThatIsNotPublicThroughAnyEntrance() throws Exception {
    BlockingQueue<EgressTap.Ended> ended = new LinkedBlockingQueue<>();
    try (var canary = Origin.echo();
        var hand = new PlayedHand();
        var gateway =
            new Gateway(
                _ -> new Policy(new Networking.Unrestricted(), NetworkRules.NONE),
                new PublicOnly(PrivateHosts.NONE, NAMES),
                ConnectionLimits.of(1L << 40),
                ended::add,
                Pause.REAL,
                UnaryOperator.identity())) {
      gateway.open(new SessionId("sesn_1"), HAND, hand.dial());
      int port = canary.port();
      for (var host : SPELLINGS) {
        var at = host + ":" + port;
        hand.proxy().ask("CONNECT " + at + " HTTP/1.1\r\nHost: " + at + "\r\n\r\n");
        hand.proxy().ask("GET http://" + at + "/ HTTP/1.1\r\nHost: " + at + "\r\n\r\n");
        hand.transparent(port).ask("GET / HTTP/1.1\r\nHost: " + at + "\r\n\r\n");
        hand.proxy()
            .ask(
                "\5\1\0\5\1\0\3"
                    + (char) host.length()
                    + host
                    + (char) (port >> 8)
                    + (char) (port & 255));
        var hello = hello(host);
        try (var program = hand.transparent(port).send(hello)) {
          program.bytes();
        }
        for (int i = 0; i < 5; i++) {
          assertThat(ended.take()).as(host).matches(EgressTap.Ended::refused);
        }
      }
      assertThat(canary.connections()).isZero();
    }
  }
}
