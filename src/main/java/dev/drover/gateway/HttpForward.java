package dev.drover.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;

/// Forwards a request of plain HTTP, whose host it checks, or makes a tunnel for `CONNECT`.
///
/// A connection carries one request: it is sent with `Connection: close`, so the response ends with
/// the connection, and nothing after the request can reach a server. A request for a websocket
/// becomes a tunnel if the server agrees.
final class HttpForward {
  private static final Pattern ABSOLUTE = Pattern.compile("(?i)http://([^/?#]+)([/?][^#]*)?");
  private static final int HTTP = 80;
  private static final int HTTPS = 443;
  private static final byte[] SWITCHING = " 101 ".getBytes(StandardCharsets.US_ASCII);
  private static final int STATUS_END = 13; // of "HTTP/1.1 101 "

  /// The headers that concern one connection.
  private static final Set<String> OF_CONNECTION =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authorization",
          "te",
          "upgrade",
          "http2-settings",
          "host");

  private static final Set<String> LENGTHS = Set.of("content-length", "transfer-encoding");
  private static final String CLOSED = "connection: close";
  private static final String UPGRADED = "connection: upgrade\r\nupgrade: websocket";

  private HttpForward() {}

  /// Serves a client that uses the proxy.
  static void proxy(Passage passage) throws IOException, InterruptedException {
    passage.protocol("http");
    passage.denyWith(HttpForward::response);
    var head = RequestHead.read(passage.in());
    if (head.method().equals("CONNECT")) {
      passage.protocol("connect");
      if (head.length() != 0) {
        throw RequestHead.malformed("CONNECT has no body");
      }
      var to = Requested.of(head.target(), 443);
      passage.connect(to);
      passage.reply(ascii("HTTP/1.1 200 Connection established\r\n\r\n"));
      Protocols.tunnel(passage, to);
      return;
    }
    if (head.target().startsWith(GitPath.ROOT)) {
      GitForward.serve(passage, head);
      return;
    }
    var absolute = ABSOLUTE.matcher(head.target());
    if (!absolute.matches()) {
      throw RequestHead.malformed("the proxy needs CONNECT, or a URL with http://");
    }
    var to = Requested.of(absolute.group(1), HTTP);
    var host = head.host();
    if (host.isPresent() && !Requested.of(host.get(), HTTP).equals(to)) {
      throw mismatch(to);
    }
    passage.connect(to);
    var path = Optional.ofNullable(absolute.group(2)).orElse("/");
    forward(passage, head, path.startsWith("?") ? "/" + path : path, to);
  }

  /// Serves a client that has found the listener by the address of a name.
  static void transparent(Passage passage, int port) throws IOException, InterruptedException {
    passage.protocol("http");
    passage.denyWith(HttpForward::response);
    var head = RequestHead.read(passage.in());
    var host = head.host();
    if (host.isEmpty()) {
      throw RequestHead.malformed("it names no host");
    }
    var to = Requested.of(host.get(), port);
    if (to.port() != port) {
      throw mismatch(to);
    }
    passage.connect(to);
    forward(passage, head, head.target(), to);
  }

  /// Serves HTTP in a tunnel to a host, or in TLS that was taken off.
  static void tunnelled(Passage passage, Destination to) throws IOException, InterruptedException {
    passage.denyWith(HttpForward::response);
    var head = RequestHead.read(passage.in());
    var host = head.host();
    if (host.isEmpty() || !Requested.of(host.get(), to.port()).equals(to)) {
      throw mismatch(to);
    }
    forward(passage, head, head.target(), to);
  }

  private static NotConnected mismatch(Destination to) {
    return new NotConnected(
        Verdict.Reason.MISMATCH, to + " was refused: the Host header is of another connection");
  }

  private static void forward(Passage passage, RequestHead head, String path, Destination to)
      throws IOException, InterruptedException {
    if (!path.startsWith("/") && !path.equals("*")) {
      throw RequestHead.malformed("its target is not a path");
    }
    boolean upgrades =
        head.length() == 0
            && head.minor() == 1
            && head.values("upgrade").stream().anyMatch("websocket"::equalsIgnoreCase);
    var substitution = passage.substitution(to);
    var fields = substitution.headers(head.fields());
    var host = to.port() == (passage.isEncrypted() ? HTTPS : HTTP) ? to.host().text() : "" + to;
    if (upgrades) {
      passage.send(ascii(rewritten(head, fields, path, host, UPGRADED)));
      websocket(passage);
      return;
    }
    if (head.length() != 0 && substitution.inBody() && !isEncoded(passage, head, to)) {
      SubstitutedBody.forward(
          passage,
          head,
          length -> rewritten(head, fields, path, host, framing(length)),
          substitution.inBody(head.values("content-type").stream().findFirst()));
      return;
    }
    passage.send(ascii(rewritten(head, fields, path, host, CLOSED)));
    passage.run(
        () -> {
          ForwardedBody.copy(head.length(), passage);
          passage.drop();
        },
        passage::copyDown);
  }

  /// Whether nothing is found in the body, because it is compressed.
  private static boolean isEncoded(Passage passage, RequestHead head, Destination to) {
    boolean encoded =
        head.values("content-encoding").stream().anyMatch(it -> !it.equalsIgnoreCase("identity"));
    if (encoded) {
      passage
          .refused()
          .add(
              "the body of a request to %s is compressed, so placeholders of secrets in it were"
                      .formatted(to)
                  + " sent as they are");
    }
    return encoded;
  }

  private static String framing(OptionalLong length) {
    return (length.isPresent()
            ? "content-length: " + length.getAsLong()
            : "transfer-encoding: chunked")
        + "\r\n"
        + CLOSED;
  }

  private static void websocket(Passage passage) throws InterruptedException {
    var answered = new CountDownLatch(1);
    var switched = new boolean[1];
    passage.run(
        () -> {
          answered.await();
          if (switched[0]) {
            passage.send(passage.in().rest());
            passage.copyUp();
          }
        },
        () -> {
          try {
            var first = passage.first(STATUS_END);
            var status = first.duplicate().position(Math.min(8, first.limit()));
            switched[0] = status.equals(ByteBuffer.wrap(SWITCHING));
            answered.countDown();
            passage.copyDown(first);
            if (!switched[0]) {
              passage.close();
            }
          } finally {
            answered.countDown();
          }
        });
  }

  /// @param end the headers of this connection, and of the body if it is not that of the program
  private static String rewritten(
      RequestHead head, List<RequestHead.Field> fields, String path, String host, String end) {
    var dropped = new TreeSet<>(OF_CONNECTION);
    for (var value : head.values("connection")) {
      for (var name : value.split(",", -1)) {
        dropped.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    if (end.equals(CLOSED) || end.equals(UPGRADED)) {
      LENGTHS.forEach(dropped::remove); // they say where the request ends
    } else {
      dropped.addAll(LENGTHS);
      dropped.add("expect"); // which was answered
    }
    var text = new StringBuilder();
    text.append(head.method()).append(' ').append(path).append(" HTTP/1.").append(head.minor());
    text.append("\r\nhost: ").append(host).append("\r\n");
    for (var field : fields) {
      if (!dropped.contains(field.name())) {
        text.append(field.name()).append(": ").append(field.value()).append("\r\n");
      }
    }
    return text.append(end).append("\r\n\r\n").toString();
  }

  /// The response to a request that is refused.
  static ByteBuffer response(NotConnected e) {
    var status =
        switch (e.reason()) {
          case FORM, MALFORMED -> "400 Bad Request";
          case HOST, PORT, ADDRESS, PROTOCOL, UNENCRYPTED, GIT ->
              "403 Refused by the network of this environment";
          case MISMATCH -> "421 Misdirected Request";
          case LIMIT -> "429 Too Many Requests";
          case UNREACHABLE, CERTIFICATE -> "502 Host not reached";
        };
    var body = "drover: " + e.words() + ".\n";
    return ascii(
        "HTTP/1.1 %s\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
            .formatted(status, body.length(), body));
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
