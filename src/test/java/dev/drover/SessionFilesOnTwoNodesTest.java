package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.testing.Deployment;
import dev.drover.testing.DroverClient;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files of a session on two nodes that share a data directory. Only one of them is attached to its
/// sandbox; the other one says so at once.
@Timeout(90)
@Tag("database")
@Tag("sandbox")
final class SessionFilesOnTwoNodesTest {
  private static final String KEY = "sk-test-key";

  @TempDir Path data;

  @Test
  void theNodeThatIsNotAttachedRefusesAtOnce() throws Exception {
    try (var drover = Deployment.TWO_NODES.start(data, Map.of("api_key", KEY));
        var here = new DroverClient(drover.nodes().getFirst(), KEY);
        var there = new DroverClient(drover.nodes().getLast(), KEY)) {
      var session = here.session("rehearsal");
      var list = "/drover/sessions/" + session + "/files/list";
      assertThat(there.get(list).items("data")).isEmpty();
      here.put(session, "a.txt", "a");
      assertThat(here.get(list).items("data")).hasSize(1);
      assertThatThrownBy(() -> there.get(list))
          .hasMessageContaining("409")
          .hasMessageContaining("Another node is attached to the sandbox of this session.");
      assertThatThrownBy(() -> there.put(session, "b.txt", "b")).hasMessageContaining("409");
      assertThat(here.get(list).items("data")).hasSize(1);
    }
  }

  @Test
  void aFlagIsTrueOrFalse() throws Exception {
    try (var drover = Deployment.SQLITE.start(data, Map.of("api_key", KEY));
        var client = new DroverClient(drover.url(), KEY)) {
      var list = "/drover/sessions/" + client.session("rehearsal") + "/files/list";
      assertThat(client.get(list + "?live=true").items("data")).isEmpty();
      assertThatThrownBy(() -> client.get(list + "?live=yes"))
          .hasMessageContaining("400")
          .hasMessageContaining("live: must be true or false");
    }
  }
}
