package dev.drover.hands.bwrap;

import dev.drover.hands.Egress;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// The host's side of the way out, which shows what arrives. What it does with a connection depends
/// on the first byte: `e` and it sends everything back; `n` and it reads to the end and says how
/// much that was; `c` and it sends a little and closes; `f` and it sends without an end; anything
/// else is a request of HTTP, and the reply contains the stream's header and the request.
final class OwnGateway implements Egress {
  /// Sessions whose names end so have no way out.
  static final String WITHOUT = "without";

  final List<HandId> opened = new CopyOnWriteArrayList<>();
  final List<String> names = new CopyOnWriteArrayList<>();
  private final Map<HandId, AtomicInteger> served = new ConcurrentHashMap<>();

  @Override
  public boolean offers(SessionId session) {
    return !session.value().endsWith(WITHOUT);
  }

  @Override
  public Way open(SessionId session, HandId hand, Dial dial) {
    opened.add(hand);
    var mine = ConcurrentHashMap.<SocketChannel>newKeySet();
    var thread = Thread.ofVirtual().unstarted(() -> keepOneIdle(hand, dial, mine));
    thread.start();
    return () -> {
      thread.interrupt();
      mine.forEach(OwnGateway::close);
    };
  }

  private void keepOneIdle(HandId hand, Dial dial, Set<SocketChannel> mine) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        var channel = dial.dial();
        mine.add(channel);
        var in = new DataInputStream(Channels.newInputStream(channel));
        int version = in.read();
        if (version < 0) {
          return;
        }
        int kind = in.read();
        var rest = in.readNBytes(in.readUnsignedShort());
        var header = version + " " + kind + " " + HexFormat.of().formatHex(rest);
        streams(hand).incrementAndGet();
        Thread.ofVirtual().start(() -> serve(hand, kind, header, in, channel));
      }
    } catch (IOException e) {
      // The hand has gone, or the test has ended.
    }
  }

  private void serve(HandId hand, int kind, String header, InputStream in, SocketChannel channel) {
    try (channel) {
      var out = Channels.newOutputStream(channel);
      if (kind == 3) {
        answer(new DataInputStream(in), new DataOutputStream(out));
      } else if (act(header, new PushbackInputStream(in), out)) {
        channel.shutdownOutput();
        in.transferTo(OutputStream.nullOutputStream());
      }
    } catch (IOException e) {
      // The other side has gone.
    } finally {
      streams(hand).decrementAndGet();
    }
  }

  /// Returns false if the stream is cut off.
  private static boolean act(String header, PushbackInputStream in, OutputStream out)
      throws IOException {
    int first = in.read();
    switch (first) {
      case 'e' -> in.transferTo(out);
      case 'n' -> out.write(text(Long.toString(in.transferTo(OutputStream.nullOutputStream()))));
      case 'c' -> {
        out.write(text("part"));
        return false;
      }
      case 'f' -> {
        while (true) {
          out.write(new byte[65536]);
        }
      }
      default -> {
        in.unread(first);
        var body = text(header + "\n" + head(in));
        out.write(text("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n"));
        out.write(body);
      }
    }
    return true;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    for (int c; head.indexOf("\r\n\r\n") < 0 && (c = in.read()) >= 0; ) {
      head.append((char) c);
    }
    return head.toString();
  }

  /// Every name has the address of the listeners, but those that contain `absent`.
  private void answer(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      byte[] question;
      try {
        question = in.readNBytes(in.readUnsignedShort());
      } catch (EOFException e) {
        return;
      }
      int end = 12;
      var name = new StringBuilder();
      for (int n; (n = question[end]) > 0; end += n + 1) {
        name.append(new String(question, end + 1, n, StandardCharsets.US_ASCII)).append('.');
      }
      names.add(name.toString());
      boolean absent = name.indexOf("absent") >= 0;
      boolean address = !absent && question[end + 2] == 1;
      out.writeShort(end + 5 + (address ? 16 : 0));
      out.write(question, 0, 2);
      out.write(new byte[] {(byte) 0x81, (byte) (absent ? 0x83 : 0x80), 0, 1, 0});
      out.write(new byte[] {(byte) (address ? 1 : 0), 0, 0, 0, 0});
      out.write(question, 12, end + 5 - 12);
      if (address) {
        out.write(new byte[] {(byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 2});
      }
    }
  }

  /// The number of the hand's streams that are open, besides the idle one.
  AtomicInteger streams(HandId hand) {
    return served.computeIfAbsent(hand, _ -> new AtomicInteger());
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed.
    }
  }
}
