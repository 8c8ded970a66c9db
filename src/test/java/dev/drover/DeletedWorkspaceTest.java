package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A real server that is killed, and a session that is deleted in its store while its workspace is
/// still there: the next server removes it, and no other.
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
@Tag("database")
@Tag("sandbox")
final class DeletedWorkspaceTest {
  @TempDir Path data;
  @TempDir Path logs;

  private ServerProcess server(ScriptedMessages model, String kind) throws Exception {
    return ServerProcess.start(
        data,
        logs.resolve("server.log").toFile(),
        Map.of(
            "DROVER_ANTHROPIC_BASE_URL", model.uri().toString(), "DROVER_WORKSPACES_KIND", kind));
  }

  /// A session that has written a file.
  private static String worked(DroverClient client) {
    var session = client.session("scripted");
    client.say(session, "Hi");
    client.awaitIdle(session);
    return session;
  }

  private List<String> workspaces() {
    return List.of(data.resolve("workspaces").toFile().list((_, name) -> name.startsWith("sesn_")));
  }

  /// What a server has done that dies right after the commit.
  private void deleteInTheStoreAlone(String session) throws Exception {
    var ids = new Ids(new Random(7));
    var file = data.resolve("drover.db");
    try (var store = SqliteStore.open(file, new Feed(), ids, InstantSource.system())) {
      store.sessions().delete(WorkspaceId.DEFAULT, new SessionId(session));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"directory", "auto"})
  void aServerThatDiesBetweenTheDeleteAndTheRemovalOwesTheRemoval(String kind) throws Exception {
    try (var model = ScriptedMessages.start()) {
      var write = Script.reply().toolUse("bash", Json.obj("command", "mkdir -p a/b; date > a/b/c"));
      model.script(write, Script.reply().text("done"), write, Script.reply().text("done"));
      String deleted;
      String other;
      try (var server = server(model, kind);
          var client = server.client()) {
        deleted = worked(client);
        other = worked(client);
        server.kill();
      }
      deleteInTheStoreAlone(deleted);
      assertThat(workspaces()).containsExactlyInAnyOrder(deleted, other);
      try (var server = server(model, kind);
          var client = server.client()) {
        await().untilAsserted(() -> assertThat(workspaces()).containsExactly(other));
        assertThat(client.get("/v1/sessions").items("data")).hasSize(1);
        client.delete("/v1/sessions/" + other);
        await().until(() -> workspaces().isEmpty());
      }
    }
  }
}
