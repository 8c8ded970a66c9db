package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server dies at each step of collecting a session's outputs, and another one goes on: every
/// output becomes a file once, no client ever sees a part of one, and nothing is left over.
@Tag("proof")
@Tag("database")
@Tag("sandbox")
@Timeout(300)
final class KilledWithOutputsTest {
  private static final List<String> FAULTS =
      List.of(
          "owe:before:1",
          "owe:after:1",
          "known:before:1",
          "batch/add:before:1",
          "batch/add:after:1",
          "batch/add:after:3",
          "batch/complete:before:1",
          "batch/complete:after:1",
          "book:before:1",
          "book:after:1",
          "collected:before:1",
          "collected:after:1",
          "batch/add:before:4",
          "batch/add:after:5",
          "batch/complete:after:2",
          "book:before:2",
          "book:after:2");

  private static final String FIRST =
      "cd /mnt/session/outputs; mkdir d; echo one > one; echo two > two; echo three > d/three";
  private static final String SECOND =
      "cd /mnt/session/outputs; echo changed > one; rm two; echo four > four";

  private static final List<String> AFTER_FIRST = List.of("d/three three", "one one", "two two");
  private static final List<String> AFTER_SECOND =
      List.of("d/three three", "four four", "one changed", "two two");

  @TempDir Path directory;

  @Test
  void everyOutputBecomesAFileOnce() throws Exception {
    try (var model = ScriptedMessages.start().otherwise(KilledWithOutputsTest::reply);
        var client = new FaultClient(directory, model)) {
      var environment = client.sent("/v1/environments", Json.obj("name", "here"), 200).text("id");
      var agent = client.sent("/v1/agents", FaultScenario.AGENT, 200).text("id");
      for (var fault : FaultSample.of(FAULTS, 1, 8)) {
        client.arm(fault);
        var request =
            Json.obj("agent", String.valueOf(agent), "environment_id", String.valueOf(environment));
        var session = String.valueOf(client.sent("/v1/sessions", request, 200).text("id"));
        client.say(session, "first", 1);
        until(client, session, AFTER_FIRST);
        client.say(session, "second", 2);
        until(client, session, AFTER_SECOND);
        while (client.deaths() == 0) {
          client.revive(FaultChild.PACE_MILLIS);
        }
        until(client, session, AFTER_SECOND);
        assertThat(client.deaths()).as(fault).isEqualTo(1);
        client.deleted("/v1/sessions/" + session, 200);
      }
      assertThat(client.get("/v1/files").items("data")).isEmpty();
      assertThat(client.findings()).isEmpty();
    }
  }

  private static Script reply(ScriptedMessages.Request request) {
    var last = request.body().items("messages").getLast().toString();
    if (last.contains("tool_result")) {
      return Script.reply().text("done");
    }
    var command = last.contains("second") ? SECOND : FIRST;
    return Script.reply().toolUse("bash", Json.obj("command", command));
  }

  /// Waits until the outputs of a session are these. Whatever it sees meanwhile is whole.
  private static void until(FaultClient client, String session, List<String> outputs)
      throws Exception {
    var seen = seen(client, session);
    while (!seen.equals(outputs)) {
      assertThat(AFTER_FIRST.containsAll(seen) || AFTER_SECOND.containsAll(seen))
          .as(seen.toString())
          .isTrue();
      assertThat(seen).doesNotHaveDuplicates();
      client.revive(FaultChild.PACE_MILLIS);
      seen = seen(client, session);
    }
  }

  /// The paths and contents.
  private static List<String> seen(FaultClient client, String session) throws Exception {
    var seen = new ArrayList<String>();
    for (var one : client.get("/v1/files?scope_id=" + session).items("data")) {
      var file = (Json.Obj) one;
      seen.add(file.text("path") + " " + client.content(String.valueOf(file.text("id"))).strip());
    }
    return seen.stream().sorted().toList();
  }
}
