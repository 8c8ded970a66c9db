package dev.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Between a client and a real Drover.
@Timeout(60)
@Tag("sandbox")
final class HttpFaultProxyTest {
  @TempDir Path directory;

  @Test
  void theServerHasDoneWhatTheClientGotNoAnswerTo() throws Exception {
    try (var server =
            ServerProcess.start(
                directory.resolve("data"), directory.resolve("log").toFile(), Map.of());
        var proxy = FaultProxy.http(server.url());
        var client = new DroverClient(proxy.url(), ServerProcess.KEY);
        var direct = server.client()) {
      var session = client.session("rehearsal");
      proxy.loseAnswer("POST /v1/sessions/" + session + "/events ", 2);
      client.say(session, "one");
      assertThatThrownBy(() -> client.say(session, "two")).isInstanceOf(UncheckedIOException.class);
      assertThat(proxy.lost()).isOne();
      assertThat(direct.events(session).toString()).contains("two");
      client.say(session, "three");
      assertThat(proxy.lost()).isOne();
    }
  }
}
