package dev.drover;

import static dev.drover.SessionTurns.withoutNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.cli.Checking;
import dev.drover.testing.DroverClient;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The files of a fork, in real sandboxes.
@Timeout(60)
@Tag("sandbox")
@Tag("database")
final class ForkedFilesTest {
  private static final String KEY = "sk-test-key";

  @TempDir private Path directory;

  private Map<String, String> flags(ScriptedMessages model) {
    var flags = new HashMap<String, String>();
    flags.put("data", directory.toString());
    flags.put("port", "0");
    flags.put("anthropic.base_url", model.uri().toString());
    flags.put("anthropic.api_key", "sk-model");
    flags.put("api_key", KEY);
    flags.put("snapshots.when", "always");
    flags.put("snapshots.after_ms", "0");
    return flags;
  }

  private static Json.Obj fork(DroverClient client, String session, Json body) {
    return client.post("/drover/sessions/" + session + "/fork", body);
  }

  private static String source(Json.Obj fork) {
    return String.valueOf(fork.object("workspace").text("source"));
  }

  private static String id(Json.Obj fork) {
    return String.valueOf(fork.object("session").text("id"));
  }

  private static long position(Json.Obj fork) {
    return fork.object("workspace").number("position", -1);
  }

  @Test
  void aForkBeginsWithTheNewestSnapshotFromThatPlaceOrBefore() throws Exception {
    try (var model = ScriptedMessages.start()) {
      var flags = flags(model);
      try (var server = new Drover(Config.read(flags, Map.of()));
          var client = new DroverClient(server.url(), KEY)) {
        var turns = new SessionTurns(model, KEY);
        var session = turns.session(server);
        turns.run(server, session, "echo kept > file");
        var first = client.ids(session).getLast();
        var fork =
            await()
                .until(
                    () -> fork(client, session, Json.EMPTY),
                    made -> source(made).equals("snapshot"));
        assertThat(fork.object("workspace").get("reason")).hasValue(Json.NULL);

        var result = turns.run(server, id(fork), "cat file; echo changed > file");
        assertThat(result).contains("restored from a snapshot").doesNotContain("later command");
        assertThat(withoutNote(result)).isEqualTo("kept");
        assertThat(turns.run(server, session, "cat file; echo more > other")).isEqualTo("kept");
        assertThat(turns.run(server, id(fork), "cat file; ls")).isEqualTo("changed\nfile");

        await().until(() -> position(fork(client, session, Json.EMPTY)) > position(fork));
        var early = fork(client, session, Json.obj("at", first));
        assertThat(source(early)).as("an older snapshot").isEqualTo("snapshot");
        assertThat(position(early)).isEqualTo(position(fork));
        assertThat(withoutNote(turns.run(server, id(early), "cat file; ls")))
            .isEqualTo("kept\nfile");
        var start = fork(client, session, Json.obj("at", 0));
        assertThat(start.object("workspace").text("reason"))
            .isEqualTo("The session had no files in its sandbox.");
        var empty = fork(client, session, Json.obj("workspace", "none"));
        assertThat(source(empty)).isEqualTo("none");
        assertThat(empty.object("workspace").text("reason"))
            .isEqualTo("The request asks for empty directories.");
        client.delete("/v1/sessions/" + session);
        assertThat(turns.run(server, id(fork), "cat file")).isEqualTo("changed");
      }
      assertThat(findings(flags)).isEmpty();
    }
  }

  /// What `drover check` finds.
  private static List<String> findings(Map<String, String> flags) {
    var findings = new ArrayList<String>();
    new Auditor(Map.of())
        .run(
            flags,
            new Checking.Hearer() {
              @Override
              public void finding(String session, long position, String sentence) {
                findings.add(session + " " + position + " " + sentence);
              }

              @Override
              public void note(String session, String sentence) {}
            });
    return findings;
  }
}
