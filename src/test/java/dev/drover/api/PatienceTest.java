package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that begin something and do not go on with it.
@Timeout(60)
final class PatienceTest {
  private static final String KEY = "X-Api-Key: " + Api.KEY + "\r\n";
  private static final Duration PING = Duration.ofMillis(50);

  private final Api api = new Api();
  private Server server;

  @BeforeEach
  void start() {
    var settings = new Server.Settings("127.0.0.1", 0, List.of(Api.ACCESS), PING);
    server =
        new Server(
            settings, api.backend, Operations.NONE, Duration.ofMillis(200), System::nanoTime);
  }

  @AfterEach
  void stop() {
    server.close();
    api.close();
  }

  private Socket connect(String text) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(30_000);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /// What comes until the server closes the connection.
  private static String rest(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException _) {
      return ""; // reset
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /health HTTP/1.1\r\nHost: a\r\nX: ",
        "POST /v1/agents HTTP/1.1\r\nHost: a\r\n" + KEY + "Content-Length: 100\r\n\r\n{\"na",
        "POST /v1/agents HTTP/1.1\r\nHost: a\r\n"
            + KEY
            + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"na",
        "POST /v1/agents HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"na",
      })
  void aRequestThatStopsInTheMiddleIsBrokenOffWithoutAnAnswer(String half) throws Exception {
    try (var socket = connect(half)) {
      assertThat(rest(socket)).isEmpty();
    }
  }

  @Test
  void aBodyThatNobodyWantsIsNotWaitedForEither() throws Exception {
    try (var socket = connect("GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")) {
      assertThat(rest(socket)).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aConnectionWithoutANextRequestIsClosed() throws Exception {
    var request = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
    try (var socket = connect(request + request)) {
      assertThat(rest(socket).split("HTTP/1.1 200", -1)).hasSize(3);
    }
  }

  @Test
  void aDrippedHeadIsNotWaitedForEither() throws Exception {
    try (var socket = connect("GET /health HTTP/1.1\r\nHost: a\r\n")) {
      var out = socket.getOutputStream();
      await().pollInterval(Duration.ofMillis(50)).until(() -> dripFails(out));
    }
  }

  private static boolean dripFails(OutputStream out) {
    try {
      out.write("X: y\r\n".getBytes(StandardCharsets.US_ASCII));
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  @Test
  void aStreamMayLastLongerThanThat() throws Exception {
    var session = api.session();
    try (var socket =
            connect("GET " + session + "/events/stream HTTP/1.1\r\nHost: a\r\n" + KEY + "\r\n");
        var lines = socket.getInputStream()) {
      var seen = new StringBuilder();
      while (seen.toString().split("event: ping", -1).length <= 12) {
        int next = lines.read();
        assertThat(next).isNotNegative();
        seen.append((char) next);
      }
    }
  }
}
