package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.skills.ZipBytes;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server dies at each step of storing a skill and of giving it to a hand, and another one goes
/// on: a skill is whole or not there, the agent sees all its files or its call does not run, and
/// nothing is left over.
@Tag("proof")
@Tag("database")
@Tag("sandbox")
@Timeout(300)
final class KilledWithSkillsTest {
  private static final List<String> FAULTS =
      List.of(
          "put:before:1",
          "put:after:1",
          "skill:before:1",
          "skill:after:1",
          "put:after:2",
          "version:before:1",
          "version:after:1",
          "create:before:1",
          "create:after:1",
          "skills:before:1",
          "unpack:before:1",
          "unpack:after:1",
          "skills:after:1");

  private static final String COMMAND =
      "cd /skills/poems && find . -type f | LC_ALL=C sort | xargs cat; ls -A /skills";

  @TempDir Path directory;

  @Test
  void aSkillIsWholeOrNotThere() throws Exception {
    try (var model = ScriptedMessages.start().otherwise(KilledWithSkillsTest::reply);
        var client = new FaultClient(directory, model)) {
      var environment = client.sent("/v1/environments", Json.obj("name", "here"), 200).text("id");
      for (var fault : FaultSample.of(FAULTS, 1, 8)) {
        client.arm(fault);
        play(client, String.valueOf(environment));
        assertThat(client.deaths()).as(fault).isEqualTo(1);
      }
      assertThat(client.get("/v1/skills").items("data")).isEmpty();
      assertThat(client.findings()).isEmpty();
    }
  }

  private static void play(FaultClient client, String environment) throws Exception {
    var skill = client.form("/v1/skills", skill("First.")).text("id");
    var version = client.form("/v1/skills/" + skill + "/versions", skill("Second.")).text("id");
    var agent = client.sent("/v1/agents", agent(String.valueOf(skill)), 200);
    var request = Json.obj("agent", agent.text("id"), "environment_id", environment);
    var session = client.sent("/v1/sessions", request, 200);
    assertThat(session.object("agent").items("skills").getFirst().toString())
        .contains(String.valueOf(version));
    var id = String.valueOf(session.text("id"));
    client.say(id, "go", 1);
    var result = FaultScenario.ofType(client.events(id), "agent.tool_result").getLast();
    assertThat(result.get("content").orElseThrow().toString())
        .contains("description: Second.", "onetwothreepoems");
    client.deleted("/v1/sessions/" + id, 200);
    for (var one : client.get("/v1/skills").items("data")) { // also of an upload without an answer
      client.deleted("/v1/skills/" + ((Json.Obj) one).text("id"), 200, 404);
    }
  }

  private static byte[] skill(String description) {
    return ZipBytes.skill("poems", description)
        .file("poems/a/1", "one")
        .file("poems/a/b/2", "two")
        .stored("poems/c", "three".getBytes(StandardCharsets.UTF_8))
        .form();
  }

  private static Json.Obj agent(String skill) {
    return FaultScenario.AGENT.with(
        "skills", List.of(Json.obj("type", "custom", "skill_id", skill)));
  }

  private static Script reply(ScriptedMessages.Request request) {
    var last = request.body().items("messages").getLast().toString();
    return last.contains("tool_result")
        ? Script.reply().text("done")
        : Script.reply().toolUse("bash", Json.obj("command", COMMAND));
  }
}
