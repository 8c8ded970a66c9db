package dev.drover.cli;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What people do every day, against the real server.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DailyCommandsTest {
  private final Stage stage = new Stage();
  private final StageServer host = new StageServer(stage);
  private TestShell shell = new TestShell();
  private final Endpoint server = host.serve(Map.of());
  private int names;
  @TempDir private Path directory;

  @AfterAll
  void close() {
    server.close();
    stage.close();
  }

  @BeforeEach
  void begin() {
    shell = new TestShell();
    stage.model().otherwise((_, _) -> ScriptedModel.reply("end_turn", textBlock("Done.")));
  }

  private int run(String... args) {
    shell.out.reset();
    shell.err.reset();
    return shell.run(host, args);
  }

  private String done(String... args) {
    assertThat(run(args)).as("%s: %s", Arrays.toString(args), shell.err()).isZero();
    return shell.out().strip();
  }

  private Json.Obj json(String... args) {
    var all = new ArrayList<>(List.of(args));
    all.add("--json");
    return (Json.Obj) Json.trusted(done(all.toArray(String[]::new)));
  }

  /// A name that no other test has.
  private String name(String of) {
    return of + " " + ++names;
  }

  private String agent(String name, String... tools) {
    var args = new ArrayList<>(List.of("agents", "create", "-q", "--name", name));
    args.addAll(List.of("--model", "claude-test"));
    for (var tool : tools) {
      args.addAll(List.of("--tool", tool));
    }
    return done(args.toArray(String[]::new));
  }

  private void awaitStatus(String session, String type) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> !done("events", "list", session, "--type", type, "-q").isEmpty());
  }

  @Test
  void agentsAndEnvironmentsHaveNamesAndIdsCanBeShort() {
    var name = name("Coder");
    var agent = agent(name);
    assertThat(agent).startsWith("agent_").doesNotContain("\n");
    var session = done("sessions", "create", "--agent", name, "-q");
    assertThat(json("sessions", "retrieve", session).object("agent").text("id")).isEqualTo(agent);
    assertThat(done("agents", "retrieve", name)).contains(agent);
    assertThat(done("agents", "retrieve", agent.substring(0, 26))).contains(agent);
    assertThat(done("environment", "retrieve", "default")).contains("env_");
    var short1 = session.substring("sesn_".length(), 26);
    assertThat(done("session", "retrieve", short1, "-q")).isEqualTo(session);
    assertThat(done("sessions", "list", "--agent-id", name, "-q")).isEqualTo(session);

    var second = agent(name);
    assertThat(run("sessions", "create", "--agent", name)).isEqualTo(1);
    assertThat(shell.err()).contains("2 agents are named '" + name + "'", agent, second);
    assertThat(run("sessions", "create", "--agent", "agent_01")).isEqualTo(1);
    assertThat(shell.err()).contains("agents begin with agent_01; name one by its id: agent_01");
    assertThat(run("agents", "retrieve", "Nobody")).isEqualTo(1);
    assertThat(shell.err()).isEqualTo("drover: no agent is named 'Nobody'\n");
    assertThat(run("agents", "retrieve", "agent_none")).isEqualTo(1);
    assertThat(shell.err()).contains("not found");
  }

  @Test
  void theOutputHasAForm() {
    var agent = agent(name("Coder"), "read", "bash:ask");
    assertThat(done("agents", "retrieve", agent, "-o", "yaml"))
        .startsWith("id: " + agent + "\ntype: agent\n")
        .contains("model:\n  id: claude-test\n");
    assertThat(done("agents", "retrieve", agent, "-o", "json")).startsWith("{\"id\":");
    assertThat(done("agents", "retrieve", agent))
        .containsPattern("model +claude-test, ")
        .containsPattern("tools +read, bash:ask\n")
        .doesNotContain("{");
    assertThat(run("agents", "retrieve", agent, "-o", "xml")).isEqualTo(2);
    assertThat(run("agents", "retrieve", agent, "-o", "yaml", "--json")).isEqualTo(2);
    assertThat(run("agents", "retrieve", agent, "-o", "yaml", "-q")).isEqualTo(2);
    assertThat(run("logs", agent, "-o", "yaml")).isEqualTo(2);
    assertThat(run("logs", agent, "-q")).isEqualTo(2);
    assertThat(run("keys", "create", "--name", "CI", "-q")).isEqualTo(2);
  }

  @Test
  void aMessageIsSentWithTheNewSessionAndItsTurnIsShown() {
    var agent = agent(name("Coder"));
    done("sessions", "create", "--agent", agent, "--message", "Do it", "--follow");
    assertThat(shell.out()).containsSubsequence("session sesn_", "Done.", "tokens 10 in 5 out");
    assertThat(shell.out()).contains("To go on: drover attach sesn_");
    var session = done("sessions", "create", "--agent", agent, "--message", "Do it", "-q");
    awaitStatus(session, "session.status_idle");
    assertThat(done("logs", session)).containsSubsequence("> Do it", "Done.", "(idle)");
    assertThat(done("sessions", "retrieve", session))
        .containsPattern("agent +Coder \\d+ v1 \\(claude-test\\)\n")
        .containsPattern("tokens +10 in, 5 out\n")
        .containsPattern("list cost +USD 0.0\\d\n");
    assertThat(run("sessions", "create", "--agent", agent, "--follow")).isEqualTo(2);
    assertThat(shell.err()).contains("--follow needs --message");
    assertThat(run("sessions", "create")).isEqualTo(2);
    assertThat(shell.err()).startsWith("drover sessions create: --agent is missing\n");
  }

  @Test
  void theQuickstartMakesWhatASessionNeedsAndUsesItAgain() {
    shell.command = "./drover";
    shell.variables.put("DROVER_MODEL", "claude-test");
    done("quickstart", "--message", "Hello");
    assertThat(shell.out()).contains("Done.", "To go on: ./drover attach sesn_");
    assertThat(shell.err())
        .contains("environment default: env_", "agent Quickstart claude-test: agent_")
        .contains("./drover agents create --name NAME");
    done("quickstart");
    assertThat(done("agents", "list", "-o", "json").lines())
        .filteredOn(line -> line.contains("\"Quickstart claude-test\""))
        .hasSize(1);
  }

  @Test
  void sessionsThatWaitAreShownAsSuch() {
    var agent = agent(name("Asker"), "bash:ask");
    var bash = toolUse("toolu_1", "bash", Json.obj("command", "rm -rf build"));
    stage.model().thenCalls(bash);
    var session = done("sessions", "create", "--agent", agent, "--message", "Clean up", "-q");
    awaitStatus(session, "session.status_idle");
    assertThat(done("sessions", "list", "--agent-id", agent))
        .containsPattern(session + " +waiting +Asker");
    assertThat(json("sessions", "list", "--agent-id", agent).text("status")).isEqualTo("idle");
    assertThat(done("ps"))
        .containsPattern(session + " +waiting .*permission for bash  rm -rf build");
    assertThat(done("ps", "--waiting", "-q").lines()).contains(session);
    shell.input = "y\n";
    done("attach", session, "--until-idle");
    assertThat(shell.out())
        .containsSubsequence("Type y to allow it, n [WHY] to deny it.", "did bash", "Done.")
        .containsPattern("\\(idle\\) · tokens \\d+ in \\d+ out · .* · \\d+\\.\\d s\n");
    assertThat(done("ps")).doesNotContain(session);
  }

  @Test
  void theInboxOfTheServerSaysWhatWaits() {
    try (var canned = new CannedServer()) {
      canned.says(
          "/drover/inbox?limit=100",
          """
          {"data":[{"session_id":"sesn_1","title":"Clean up","agent":{"name":"Coder"},
          "waiting_for":"client","since":"2026-11-28T01:00:00Z","calls":[{"name":"bash",
          "answer":"confirmation","input":{"command":"rm x"}},{"name":"weather","answer":"result",
          "input":{"city":"Oslo"}}]},{"session_id":"sesn_2","title":null,"agent":{"name":"Coder"},
          "waiting_for":"budget","since":"2026-11-28T01:00:00Z","calls":[]}],"next_page":null}
          """);
      canned.says(
          "/v1/sessions?limit=100",
          """
          {"data":[{"id":"sesn_1","status":"idle"},{"id":"sesn_2","status":"idle"}]}\
          """);
      assertThat(shell.run(canned, "ps")).as(shell.err()).isZero();
      assertThat(shell.out())
          .containsPattern("sesn_1 +waiting .*permission for bash  rm x; the result of weather  ")
          .containsPattern("sesn_2 +over budget .*a larger budget\n");
      shell.out.reset();
      assertThat(shell.run(canned, "sessions", "list")).isZero();
      assertThat(shell.out()).containsPattern("sesn_1 +waiting").containsPattern("sesn_2 +idle");
    }
  }

  @Test
  void logsAreTheTranscriptOrPartsOfIt() {
    var agent = agent(name("Worker"), "all");
    stage.hand().does(call -> failing(call.input()));
    try {
      stage
          .model()
          .thenCalls(
              toolUse("toolu_1", "bash", Json.obj("command", "good")),
              toolUse("toolu_2", "bash", Json.obj("command", "bad")));
      var session = done("sessions", "create", "--agent", agent, "--message", "Work", "-q");
      awaitStatus(session, "session.status_idle");
      assertThat(done("logs", session))
          .containsSubsequence("> Work", "▸ bash  good", "▸ bash  bad", "failed", "Done.");
      assertThat(done("logs", session, "--failed"))
          .contains("▸ bash  bad", "failed", "no such thing")
          .doesNotContain("good", "Done.", "idle");
      assertThat(done("logs", session, "--since", "1h")).contains("> Work");
      shell.now = Instant.now().plus(Duration.ofDays(2));
      assertThat(done("logs", session, "--since", "1d")).isEmpty();
      assertThat(done("logs", session, "--since", "2100-01-01T00:00:00Z")).isEmpty();
      assertThat(done("logs", session, "--tail", "3")).doesNotContain("> Work");
      assertThat(done("logs", session, "--json").lines())
          .allMatch(line -> line.startsWith("{"))
          .anyMatch(line -> line.contains("agent.tool_result"));
      assertThat(run("logs", session, "--since", "soon")).isEqualTo(2);
      assertThat(done("events", "list", session))
          .containsPattern("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} +\\d+\\.\\d s +sevt_");
    } finally {
      stage.hand().does(call -> ToolResult.success("did " + call.name()));
    }
  }

  private static ToolResult failing(Json.Obj input) {
    return "bad".equals(input.text("command"))
        ? ToolResult.error("no such thing")
        : ToolResult.success("fine");
  }

  @Test
  void followedLogsEndWithTheSession() {
    var session = done("sessions", "create", "--agent", agent(name("Worker")), "-q");
    done("sessions", "archive", session);
    done("logs", session, "-f");
    assertThat(shell.out()).contains("the session has ended");
  }

  @Test
  void deletionsAreConfirmedAtATerminalOnly() {
    var session = done("sessions", "create", "--agent", agent(name("Coder")), "-q");
    shell.terminal = true;
    shell.typed = true;
    shell.variables.put("NO_COLOR", "1");
    shell.input = "\n";
    assertThat(run("sessions", "delete", session)).isEqualTo(1);
    assertThat(shell.err()).contains("Delete session " + session + "? [y/N]", "nothing was done");
    shell.input = "y\n";
    assertThat(done("sessions", "archive", session)).isEqualTo("Archived " + session);
    assertThat(done("sessions", "delete", session, "--yes")).isEqualTo("Deleted " + session);
    shell.terminal = false;
    var other = done("sessions", "create", "--agent", agent(name("Coder")), "-q");
    assertThat(done("sessions", "delete", other)).isEqualTo("Deleted " + other);
  }

  @Test
  void aNarrowTerminalShowsWhatMatters() {
    var agent = agent(name("Coder"));
    var session = done("sessions", "create", "--agent", agent, "--title", "Clean it up", "-q");
    shell.terminal = true;
    shell.variables.put("NO_COLOR", "1");
    shell.now = Instant.now().plus(Duration.ofMinutes(5));
    shell.variables.put("COLUMNS", "120");
    assertThat(done("sessions", "list", "--agent-id", agent))
        .containsPattern(session + "  idle +Coder \\d+ +[45] min +Clean it up");
    shell.variables.put("COLUMNS", "62");
    assertThat(done("sessions", "list", "--agent-id", agent))
        .containsPattern(session + "  idle +Coder \\d+  Clean it up")
        .doesNotContain("CREATED", "…");
    shell.variables.put("COLUMNS", "50");
    assertThat(done("sessions", "list", "--agent-id", agent))
        .containsPattern(session + "  idle +Clean it up")
        .doesNotContain("CREATED", "AGENT");
  }

  @Test
  void filesAreAppliedUntilNothingIsLeftToChange() throws IOException {
    var name = name("Applied");
    var file =
        Files.writeString(
            directory.resolve("agent.yaml"),
            """
            # An environment and its agent.
            kind: environment
            name: %s
            config: {type: cloud}
            ---
            name: %s
            model: claude-test
            system: |
              Be brief.
            tools:
              - type: agent_toolset_20260401
            """
                .formatted(name, name));
    assertThat(done("apply", "-f", file.toString(), "--dry-run"))
        .contains("environment " + name + " would be created", "  + name: " + name)
        .contains("  +   Be brief.");
    assertThat(run("agents", "retrieve", name)).isEqualTo(1);
    assertThat(done("apply", "-f", file.toString()))
        .containsPattern("environment " + name + " created \\(env_\\w+\\)\n")
        .containsPattern("agent " + name + " created \\(agent_\\w+, v1\\)");
    assertThat(done("apply", "-f", file.toString()).lines()).allMatch(l -> l.contains("unchanged"));
    Files.writeString(file, Files.readString(file).replace("Be brief.", "Be kind."));
    assertThat(done("apply", "-f", file.toString(), "--dry-run"))
        .contains("would be updated", "  -   Be brief.", "  +   Be kind.")
        .doesNotContain("tools");
    assertThat(done("apply", "-f", file.toString()))
        .containsPattern("agent " + name + " updated \\(agent_\\w+, v2\\)");
    shell.input = "{name: " + name + ", model: claude-test}";
    assertThat(done("apply", "-f", "-")).contains("unchanged");

    for (var wrong :
        List.of("{name: x}", "{model: m}", "{kind: vault, name: x}", "[1]", "# none")) {
      shell.input = wrong;
      assertThat(run("apply", "-f", "-")).as(wrong).isEqualTo(2);
    }
    assertThat(run("apply", "-f", directory.resolve("none").toString())).isEqualTo(2);
    assertThat(shell.err()).contains("none does not exist");
    assertThat(run("apply")).isEqualTo(2);
    assertThat(shell.err()).contains("-f is missing");
  }

  @Test
  void aServerWithoutAConsoleSaysSo() {
    try (var canned = new CannedServer()) {
      canned.refuse(404);
      assertThat(shell.run(canned, "open")).isEqualTo(1);
      assertThat(shell.err()).contains("has no console");
    }
  }
}
