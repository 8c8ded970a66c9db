package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Clients that take a large answer slowly, or not at all. Time is what the tests say it is.
@Timeout(60)
final class LargeAnswerTest {
  private static final Duration PATIENCE = Duration.ofMillis(100);
  private static final int PIECE = 64 * 1024;

  /// An answer has some 256 pieces: far more than sockets hold, and in all more than the patience.
  private static final long NANOS_OF_PIECE = PATIENCE.toNanos() / 200;

  private static final int PIECES = 240;
  private static final long LENGTH = 16_000_000;

  private final Api api = new Api();
  private final AtomicLong time = new AtomicLong();

  /// How often the server has looked for clients that are late.
  private final AtomicLong looks = new AtomicLong();

  /// What passes between two of these looks.
  private final AtomicLong passing = new AtomicLong();

  private Server server;

  @BeforeEach
  void start() {
    var settings = new Server.Settings("127.0.0.1", 0, List.of(Api.ACCESS), Duration.ofSeconds(15));
    server = new Server(settings, api.backend, Operations.NONE, PATIENCE, this::now);
  }

  @AfterEach
  void stop() {
    server.close();
    api.close();
  }

  private long now() {
    if (!Thread.currentThread().getName().equals("patience")) {
      return time.get();
    }
    looks.incrementAndGet();
    return time.addAndGet(passing.get());
  }

  /// Asks for a page of 16 MB.
  private Socket ask() throws IOException, InterruptedException {
    var session = api.session();
    var text = Json.obj("type", "text", "text", "x".repeat(4_000_000));
    var message = Json.obj("type", "user.message", "content", List.of(text, text, text, text));
    var sent = api.post(session + "/events", Json.obj("events", List.of(message)).toString());
    assertThat(sent.status()).isEqualTo(200);
    var socket = new Socket();
    socket.setReceiveBufferSize(PIECE);
    socket.setSoTimeout(30_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    var request =
        "GET " + session + "/events HTTP/1.1\r\nHost: a\r\nX-Api-Key: " + Api.KEY + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /// The length of what comes until the server closes the connection.
  private static long rest(InputStream in) throws IOException {
    long all = 0;
    var piece = new byte[PIECE];
    try {
      for (int n = 0; n >= 0; n = in.read(piece)) {
        all += n;
      }
    } catch (SocketException _) {
      // reset
    }
    return all;
  }

  @Test
  void aSlowClientThatGoesOnGetsAllOfIt() throws Exception {
    try (var socket = ask();
        var in = socket.getInputStream()) {
      for (int pieces = 0; pieces < PIECES; pieces++) {
        assertThat(in.readNBytes(PIECE)).hasSize(PIECE);
        time.addAndGet(NANOS_OF_PIECE);
      }
      assertThat(time.get()).isGreaterThan(PATIENCE.toNanos());
      long seen = looks.get();
      await().until(() -> looks.get() > seen + 1);
      int left = (int) (LENGTH - (long) PIECES * PIECE);
      assertThat(in.readNBytes(left)).hasSize(left);
    }
  }

  @Test
  void aClientThatTakesNothingIsCut() throws Exception {
    try (var socket = ask();
        var in = socket.getInputStream()) {
      assertThat(in.read()).isEqualTo('H');
      passing.set(PATIENCE.toNanos());
      await().until(() -> server.openConnections() == 0);
      assertThat(rest(in)).isLessThan(LENGTH);
    }
  }
}
