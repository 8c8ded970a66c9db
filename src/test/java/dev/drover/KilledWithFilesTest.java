package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server dies at each step of giving files to a session and to its hand, and another one goes
/// on: what was acknowledged is there, the agent sees all files or its call does not run, and no
/// file and no content is left over.
@Tag("proof")
@Tag("database")
@Tag("sandbox")
@Timeout(300)
final class KilledWithFilesTest {
  private static final List<String> FAULTS =
      List.of(
          "create:before:1",
          "create:after:1",
          "add:before:1",
          "add:after:1",
          "provide:before:1",
          "content:before:1",
          "content:after:1",
          "content:before:2",
          "content:after:3",
          "provide:after:1",
          "remove:before:1",
          "remove:after:1",
          "provide:before:2",
          "provide:after:2");

  private static final String COMMAND =
      "cd /mnt/session/uploads; find . -type f | sort | xargs cat";

  @TempDir Path directory;

  @Test
  void nothingIsLostAndNothingIsLeft() throws Exception {
    try (var model = ScriptedMessages.start().otherwise(KilledWithFilesTest::reply);
        var client = new FaultClient(directory, model)) {
      var environment = client.sent("/v1/environments", Json.obj("name", "here"), 200).text("id");
      var agent = client.sent("/v1/agents", FaultScenario.AGENT, 200).text("id");
      var files = List.of(client.uploaded("one"), client.uploaded("two"), client.uploaded("three"));
      for (var fault : FaultSample.of(FAULTS, 5, 8)) {
        client.arm(fault);
        var session = created(client, String.valueOf(agent), String.valueOf(environment), files);
        play(client, session, files.getLast());
        assertThat(client.deaths()).as(fault).isEqualTo(1);
        client.deleted("/v1/sessions/" + session, 200);
      }
      for (var scope : client.get("/v1/files?limit=1000").items("data")) {
        var id = ((Json.Obj) scope).object("scope").text("id");
        if (id != null) { // of a session whose creation was not acknowledged
          client.deleted("/v1/sessions/" + id, 200, 404);
        }
      }
      assertThat(client.get("/v1/files?limit=1000").items("data")).hasSize(files.size());
      assertThat(client.findings()).isEmpty();
    }
  }

  private static Script reply(ScriptedMessages.Request request) {
    var last = request.body().items("messages").getLast().toString();
    return last.contains("tool_result")
        ? Script.reply().text("done")
        : Script.reply().toolUse("bash", Json.obj("command", COMMAND));
  }

  private static String created(
      FaultClient client, String agent, String environment, List<String> files) throws Exception {
    var request =
        Json.obj(
            "agent", agent,
            "environment_id", environment,
            "resources", List.of(file(files.get(0), "a/b/1"), file(files.get(1), "a/2")));
    return String.valueOf(client.sent("/v1/sessions", request, 200).text("id"));
  }

  private static Json.Obj file(String id, String path) {
    return Json.obj("type", "file", "file_id", id, "mount_path", path);
  }

  private static void play(FaultClient client, String session, String third) throws Exception {
    var path = "/v1/sessions/" + session;
    client.sent(path + "/resources", file(third, "a/b/c"), 200, 409);
    assertThat(paths(client, session)).containsExactly("a/b/1", "a/2", "a/b/c");
    client.say(session, "go", 1);
    var second = (Json.Obj) client.get(path + "/resources").items("data").get(1);
    client.deleted(path + "/resources/" + second.text("id"), 200, 404);
    assertThat(paths(client, session)).containsExactly("a/b/1", "a/b/c");
    client.say(session, "go", 2);
    var results = FaultScenario.ofType(client.events(session), "agent.tool_result");
    assertThat(results.stream().map(result -> result.get("content").orElseThrow().toString()))
        .satisfiesExactly(
            all -> assertThat(all).contains("\"twoonethree\""),
            rest -> assertThat(rest).contains("\"onethree\""));
  }

  private static List<String> paths(FaultClient client, String session) throws Exception {
    var root = "/mnt/session/uploads/";
    return client.get("/v1/sessions/" + session + "/resources").items("data").stream()
        .map(one -> String.valueOf(((Json.Obj) one).text("mount_path")).substring(root.length()))
        .toList();
  }
}
