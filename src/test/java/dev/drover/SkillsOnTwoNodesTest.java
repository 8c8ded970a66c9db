package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.skills.ZipBytes;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Postgres;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Skills of sessions that move between two nodes, which share the database and the stored
/// contents, but no data directory.
@Timeout(90)
@Tag("database")
@Tag("sandbox")
final class SkillsOnTwoNodesTest {
  private static final String KEY = "sk-test-key";

  @TempDir Path directory;

  private Drover node(String name, Postgres.Database database, ScriptedMessages model)
      throws InterruptedException {
    var flags = new HashMap<String, String>();
    flags.put("data", directory.resolve(name).toString());
    flags.put("blobs.directory", directory.resolve("blobs").toString());
    flags.put("port", "0");
    flags.put("anthropic.base_url", model.uri().toString());
    flags.put("anthropic.api_key", "sk-model");
    flags.put("api_key", KEY);
    flags.put("nodes.lapse_ms", "60000"); // no node is dead because the machine is busy
    flags.put("database_url", database.url());
    return new Drover(Config.read(flags, Map.of()));
  }

  @Test
  void aSessionKeepsItsVersionOfASkillOnEveryNode() throws Exception {
    try (var database = Postgres.database();
        var model = ScriptedMessages.start();
        var a = node("a", database, model);
        var b = node("b", database, model);
        var onA = new DroverClient(a.url(), KEY);
        var onB = new DroverClient(b.url(), KEY)) {
      var skill = upload(a, "/v1/skills", "First.");
      var old = session(onA, skill);
      var versions = "/v1/skills/" + skill + "/versions";
      assertThat(run(model, onA, old)).endsWith("description: First.\nran");
      upload(b, versions, "Second.");
      var fresh = session(onA, skill);
      assertThat(run(model, onB, fresh)).endsWith("description: Second.\nran");
      assertThat(run(model, onB, old)).endsWith("description: First.\nran");
      onB.delete("/v1/skills/" + skill);
      assertThat(run(model, onA, fresh)).endsWith("description: Second.\nran");
      assertThat(run(model, onA, old)).endsWith("description: First.\nran");
    }
  }

  private static String upload(Drover node, String path, String description) throws Exception {
    var run = "#!/bin/sh\nls /skills/poems/empty && echo ran\n".getBytes(StandardCharsets.UTF_8);
    var form =
        ZipBytes.skill("poems", description)
            .file("poems/run", ZipBytes.SCRIPT, run)
            .file("poems/empty/", ZipBytes.DIRECTORY, new byte[0])
            .form();
    var request =
        HttpRequest.newBuilder(node.url().resolve(path))
            .header("authorization", "Bearer " + KEY)
            .header("content-type", "multipart/form-data; boundary=b")
            .POST(BodyPublishers.ofByteArray(form))
            .build();
    try (var http = HttpClient.newHttpClient()) {
      var answer = http.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return String.valueOf(((Json.Obj) Json.trusted(answer.body())).text("id"));
    }
  }

  private static String session(DroverClient client, String skill) {
    var named = Json.obj("type", "custom", "skill_id", skill);
    var agent =
        client.post(
            "/v1/agents",
            Json.obj(
                "name",
                "a",
                "model",
                "scripted",
                "tools",
                List.of(Json.obj("type", "agent_toolset_20260401")),
                "skills",
                List.of(named)));
    var environment = client.post("/v1/environments", Json.obj("name", "e-" + System.nanoTime()));
    var session = Json.obj("agent", agent.text("id"), "environment_id", environment.text("id"));
    return String.valueOf(client.post("/v1/sessions", session).text("id"));
  }

  /// What the session's agent reads, on the node of the client.
  private static String run(ScriptedMessages model, DroverClient client, String session) {
    var command = "sed -n 3p /skills/poems/SKILL.md; /skills/poems/run";
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", command)), Script.reply().text("done"));
    client.say(session, "Go on");
    client.awaitIdle(session);
    var result =
        client.events(session).stream()
            .filter(event -> DroverClient.type(event).equals("agent.tool_result"))
            .toList()
            .getLast();
    return String.valueOf(((Json.Obj) result.items("content").getFirst()).text("text"));
  }
}
