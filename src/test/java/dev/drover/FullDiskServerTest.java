package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import dev.drover.testing.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A real server whose data directory, its SQLite store in it, is on a small disk, and a session
/// that fills that disk: through the API it is interrupted, archived and deleted while the disk is
/// full, and the session beside it notices nothing.
@Timeout(600)
@Execution(ExecutionMode.SAME_THREAD)
@Tag("sandbox")
final class FullDiskServerTest {
  private static final long MIB = 1 << 20;
  private static final long FLOOR = 64 * MIB;

  @TempDir Path logs;

  private final AtomicBoolean over = new AtomicBoolean();

  /// The model calls bash with the text of a message, and says `done` of a result.
  private static Script reply(ScriptedMessages.Request request) {
    var last = (Json.Obj) request.body().items("messages").getLast();
    var blocks = last.items("content").stream().map(Json.Obj.class::cast).toList();
    if (blocks.stream().anyMatch(block -> "tool_result".equals(block.text("type")))) {
      return Script.reply().text("done");
    }
    return Script.reply()
        .toolUse("bash", Json.obj("command", String.valueOf(blocks.getLast().text("text"))));
  }

  private static String result(DroverClient client, String session, String command) {
    client.say(session, command);
    client.awaitIdle(session);
    return lastResult(client, session);
  }

  private static String lastResult(DroverClient client, String session) {
    return client.events(session).stream()
        .filter(event -> DroverClient.type(event).equals("agent.tool_result"))
        .map(event -> String.valueOf(((Json.Obj) event.items("content").getFirst()).text("text")))
        .reduce("", (_, text) -> text);
  }

  private static void fill(DroverClient client, String guilty, String command) {
    client.say(guilty, command);
    client.awaitIdle(guilty);
    assertThat(lastResult(client, guilty)).contains("the server's disk is nearly full: ");
  }

  private static String status(DroverClient client, String session) {
    return String.valueOf(client.get("/v1/sessions/" + session).text("status"));
  }

  /// Whether a call has no result yet.
  private static boolean runs(DroverClient client, String session) {
    var types = client.types(session);
    return types.lastIndexOf("agent.tool_use") > types.lastIndexOf("session.status_idle");
  }

  /// Another command runs in it, and is interrupted.
  private static void interrupt(DroverClient client, String guilty) {
    client.say(guilty, "sleep 1000");
    await().until(() -> runs(client, guilty));
    client.interrupt(guilty);
    await().until(() -> status(client, guilty).equals("idle"));
    client.awaitIdle(guilty);
  }

  /// The disk stays full: a sandbox that ends takes its files without names along, no others.
  private static void archiveAndDelete(DroverClient client, String guilty) {
    client.post("/v1/sessions/" + guilty + "/archive", Json.obj());
    assertThat(client.get("/v1/sessions/" + guilty).text("archived_at")).isNotNull();
    client.delete("/v1/sessions/" + guilty);
  }

  private void work(DroverClient client, String session) {
    for (int n = 1; n == 1 || !over.get(); n++) {
      assertThat(result(client, session, "echo $((n+=1)) > f && cat f"))
          .isEqualTo(Integer.toString(n));
    }
  }

  @Test
  void whoFillsTheDiskFromAnImageIsInterruptedArchivedAndDeleted() throws Exception {
    fillTheDisk(
        "image",
        "cat /dev/zero > f; sleep 1000",
        "exec 9> f; rm f; cat /dev/zero >&9; sleep 1000",
        "for i in 1 2 3 4; do cat /dev/zero > f$i & done; wait; sleep 1000");
  }

  @Test
  void whoFillsTheDiskFromADirectoryIsInterruptedArchivedAndDeleted() throws Exception {
    fillTheDisk("directory", "cat /dev/zero > f; sleep 1000");
  }

  /// One server, and a guilty session for each of the commands, one after the other.
  private void fillTheDisk(String kind, String... commands) throws Exception {
    try (var disk = SmallDisk.mount(300);
        var model = ScriptedMessages.start().otherwise(FullDiskServerTest::reply);
        var server =
            ServerProcess.start(
                Files.createDirectory(disk.directory().resolve("data")),
                logs.resolve("log").toFile(),
                Map.of(
                    "DROVER_ANTHROPIC_BASE_URL", model.uri().toString(),
                    "DROVER_WORKSPACES_KIND", kind,
                    "DROVER_WORKSPACES_FREE_MIB", Long.toString(FLOOR / MIB)));
        var client = server.client()) {
      var neighbour = client.session("scripted");
      result(client, neighbour, "n=0");
      var work = Thread.ofVirtual().unstarted(() -> work(client, neighbour));
      var failures = new LinkedBlockingQueue<Throwable>();
      work.setUncaughtExceptionHandler((_, failure) -> failures.add(failure));
      work.start();
      try {
        for (var command : commands) {
          var guilty = client.session("scripted");
          result(client, guilty, "true");
          long before = disk.free();
          fill(client, guilty, command);
          interrupt(client, guilty);
          assertThat(disk.free()).isGreaterThan(FLOOR / 4);
          archiveAndDelete(client, guilty);
          await().until(() -> disk.free() > before - 32 * MIB);
          var other = client.session("scripted");
          assertThat(result(client, other, "echo x > f; cat f")).isEqualTo("x");
        }
      } finally {
        over.set(true);
        work.join();
      }
      assertThat(List.copyOf(failures)).isEmpty();
    }
  }
}
