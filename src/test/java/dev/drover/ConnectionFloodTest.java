package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.testing.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// More connections than a server may open files, against a real server with a low limit: those who
/// have a key notice nothing, and new ones get in. One server for all floods, one after the other.
@Timeout(120)
@Tag("sandbox")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConnectionFloodTest {
  private static final int FILES = 1_024;
  private static final int FLOOD = 1_300;

  private ServerProcess server;
  private int files;
  private final List<Socket> flood = new ArrayList<>();

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    server =
        ServerProcess.withFiles(
            FILES, directory, directory.resolve("log").toFile(), Map.of("DROVER_DRAIN_MS", "0"));
    assertThat(askAnew()).isEqualTo(200);
    files = server.files();
  }

  @AfterEach
  void ebb() throws Exception {
    for (var socket : flood) {
      socket.close();
    }
    flood.clear();
  }

  @AfterAll
  void stop() throws Exception {
    if (server != null) {
      try (var _ = server) {
        assertThat(server.stop()).isZero();
      }
    }
  }

  private void flood(int count, Function<Integer, String> text) throws IOException {
    for (int i = 0; i < count; i++) {
      var socket = new Socket(InetAddress.getLoopbackAddress(), server.url().getPort());
      flood.add(socket);
      try {
        socket.getOutputStream().write(text.apply(i).getBytes(StandardCharsets.US_ASCII));
      } catch (IOException _) {
        // cut already, to make room
      }
    }
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path))
        .timeout(Duration.ofSeconds(20))
        .header("x-api-key", ServerProcess.KEY)
        .build();
  }

  private int ask(HttpClient client) throws Exception {
    return client.send(request("/v1/agents"), BodyHandlers.discarding()).statusCode();
  }

  private int askAnew() throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      return ask(client);
    }
  }

  /// Floods it in waves, and asks between them over an old connection and over a new one.
  private void assertNobodyNotices(Function<Integer, String> text) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      assertThat(ask(client)).isEqualTo(200);
      for (int wave = 0; wave < 4; wave++) {
        flood(FLOOD / 4, text);
        assertThat(ask(client)).isEqualTo(200);
        assertThat(askAnew()).isEqualTo(200);
      }
    }
    assertThat(server.files()).isLessThan(FILES * 3 / 4);
    assertThat(server.isAlive()).isTrue();
  }

  @Test
  void connectionsThatSayNothingKeepNobodyOut() throws Exception {
    assertNobodyNotices(_ -> "");
  }

  @Test
  void connectionsWithHalfARequestKeepNobodyOut() throws Exception {
    assertNobodyNotices(i -> "GET /v1/agents/" + i + " HTTP/1.1\r\nHost: a\r\nX-Api-");
  }

  @Test
  void connectionsWithTheWrongKeyKeepNobodyOut() throws Exception {
    assertNobodyNotices(_ -> "GET /v1/agents HTTP/1.1\r\nHost: a\r\nX-Api-Key: no\r\n\r\n");
  }

  @Test
  void connectionsWithoutAKeyToOpenRoutesKeepNobodyOut() throws Exception {
    assertNobodyNotices(_ -> "GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  @Test
  void idleConnectionsWithTheKeyMakeRoomToo() throws Exception {
    assertNobodyNotices(
        _ -> "GET /v1/agents HTTP/1.1\r\nHost: a\r\nX-Api-Key: " + ServerProcess.KEY + "\r\n\r\n");
  }

  @Test
  void whatIsLeftByAFloodIsForgotten() throws Exception {
    assertThat(askAnew()).isEqualTo(200);
    flood(FLOOD, _ -> "GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
    for (var socket : flood) {
      socket.close();
    }
    await().until(() -> server.files() < files + 16);
    assertThat(askAnew()).isEqualTo(200);
  }
}
