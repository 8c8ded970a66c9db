package dev.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class ServerProcessTest {
  @TempDir Path directory;

  private ServerProcess start(String... flags) throws IOException {
    return ServerProcess.start(
        directory.resolve("data"), directory.resolve("log").toFile(), Map.of(), flags);
  }

  @Test
  void pausedItAnswersNobodyUntilItGoesOn() throws Exception {
    try (var server = start();
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.url().getPort())) {
      server.pause();
      socket.setSoTimeout(500);
      socket
          .getOutputStream()
          .write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      server.resume();
      socket.setSoTimeout(0);
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void pausedItCanBeKilledAndStartedAgainOnItsPort() throws Exception {
    try (var server = start()) {
      server.pause();
      server.kill();
      assertThat(server.isAlive()).isFalse();
      try (var again = start("--port", Integer.toString(server.url().getPort()));
          var client = again.client()) {
        assertThat(again.url()).isEqualTo(server.url());
        assertThat(client.get("/v1/agents").items("data")).isEmpty();
      }
    }
  }

  @Test
  void itsMemoryAndThreadsAreSeen() throws Exception {
    try (var server = start()) {
      assertThat(server.residentBytes()).isBetween(20L << 20, 1L << 30);
      assertThat(server.threads()).isBetween(5L, 200L);
    }
  }
}
