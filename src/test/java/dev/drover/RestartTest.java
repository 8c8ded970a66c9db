package dev.drover;

import static dev.drover.testing.Sequences.TEXT_TURN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.Commands;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import java.io.File;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A real server process, killed in the middle of a turn and started again: the turn ends by
/// itself. The server that ends the turn of one test is the one that dies in the next.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("sandbox")
final class RestartTest {
  private Path data;
  private Path logs;
  private Path temporary;

  @SuppressWarnings("NullAway.Init") // by start
  private ServerProcess server;

  @SuppressWarnings("NullAway.Init") // by start
  private DroverClient client;

  private final ScriptedMessages model = ScriptedMessages.start();

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    data = directory.resolve("data");
    logs = directory;
    temporary = Files.createDirectory(directory.resolve("temporary"));
    start(Map.of());
  }

  @BeforeEach
  void startAnew() throws Exception {
    if (!server.isAlive()) {
      start(Map.of());
    }
  }

  /// Leaves no session, no hand and no script to the next test.
  @AfterEach
  void forget() {
    if (server.isAlive()) {
      for (var session : client.get("/v1/sessions").items("data")) {
        client.delete("/v1/sessions/" + ((Json.Obj) session).text("id"));
      }
    }
    await().until(() -> hands().isEmpty());
    model.unscript();
    model.forget();
  }

  @AfterAll
  void stop() {
    if (server != null) {
      server.close();
      client.close();
    }
    model.close();
  }

  @Test
  void killedWhileTheModelAnswersItAsksAgainAndLeavesNoTemporaryFile() throws Exception {
    var never = new CountDownLatch(1);
    model.script(Script.reply().text("half").hold(never), Script.reply().text("whole"));
    var session = client.session("scripted");
    client.say(session, "Hi");
    model.request(1);
    await().until(() -> client.types(session).contains("span.model_request_start"));
    server.kill();
    assertThat(temporary).isEmptyDirectory();
    start(Map.of());
    client.awaitIdle(session);
    assertThat(client.types(session)).isEqualTo(TEXT_TURN);
    assertThat(client.events(session).toString()).contains("whole").doesNotContain("half");
    assertThat(client.ids(session)).doesNotHaveDuplicates();
    assertThat(model.requests()).hasSize(2);
  }

  @Test
  void killedWhileTheModelWritesACallTheNextServerUsesTheSandboxThatIsThere() throws Exception {
    var never = new CountDownLatch(1);
    var start = Json.obj("type", "tool_use", "id", "toolu_0", "name", "bash", "input", Json.EMPTY);
    var block = Json.obj("type", "content_block_start", "index", 0, "content_block", start);
    model.script(
        Script.reply().event(block).hold(never),
        Script.reply().toolUse("bash", Json.obj("command", "echo \"$PWD\"")),
        Script.reply().text("done"));
    var session = client.session("scripted");
    client.say(session, "Hi");
    await().until(() -> metrics(server).contains("drover_hands_alive 1\n"));
    var hands = hands();
    server.kill();
    start(Map.of());
    client.awaitIdle(session);
    assertThat(results(client, session)).hasSize(1);
    assertThat(results(client, session).getFirst().toString())
        .contains("/workspace", "\"is_error\":false");
    assertThat(hands).hasSize(1);
    assertThat(hands()).isEqualTo(hands);
    assertThat(client.ids(session)).doesNotHaveDuplicates();
  }

  private static final String WAITS =
      "echo once >> file; " + Commands.await("go") + "; echo \"$X in $PWD\"";

  /// An earlier call that sets a variable and goes elsewhere, one that runs until the test makes
  /// the file `go`, and one beside it; then one that looks at what is left.
  private void script() {
    model.script(
        Script.reply()
            .toolUse("bash", Json.obj("command", "X=kept; mkdir -p sub; cd sub; echo one > seen")),
        Script.reply()
            .toolUse("bash", Json.obj("command", WAITS))
            .toolUse("read", Json.obj("file_path", "/workspace/sub/seen")),
        Script.reply().toolUse("bash", Json.obj("command", "echo \"$X in $PWD\"; cat file")),
        Script.reply().text("done"));
  }

  private Path workspace(String session) {
    return data.resolve("workspaces/" + session + "/workspace");
  }

  private void awaitRunning(String session) {
    await().until(() -> workspace(session).resolve("sub/file").toFile().length() > 0);
  }

  private static List<Json.Obj> results(DroverClient client, String session) {
    return FaultScenario.ofType(client.events(session), "agent.tool_result");
  }

  private void commandGoesOn(Death death) throws Exception {
    script();
    var session = client.session("scripted");
    client.say(session, "Hi");
    awaitRunning(session);
    death.of(server);
    start(Map.of());
    Files.createFile(workspace(session).resolve("sub/go"));
    client.awaitIdle(session);
    var results = results(client, session);
    assertThat(results).hasSize(4);
    assertThat(results).allMatch(one -> one.toString().contains("\"is_error\":false"));
    assertThat(results.get(1).toString()).contains("\"text\":\"kept in /workspace/sub\"");
    assertThat(results.get(2).toString()).contains("\"text\":\"one\\n\"");
    assertThat(results.get(3).toString()).contains("\"text\":\"kept in /workspace/sub\\nonce\"");
    assertThat(Files.readString(workspace(session).resolve("sub/file"))).isEqualTo("once\n");
    assertThat(client.ids(session)).doesNotHaveDuplicates();
    assertThat(metrics(server))
        .doesNotContain("drover_tool_calls_ambiguous_total{")
        .contains("drover_hands_provisioned_total{outcome=\"attached\"} 1\n");
  }

  private interface Death {
    void of(ServerProcess server) throws Exception;
  }

  @Test
  void killedWhileACommandRunsItGetsItsRealOutput() throws Exception {
    commandGoesOn(ServerProcess::kill);
    assertThat(server.stop()).isZero();
    await().until(() -> hands().isEmpty());
  }

  @Test
  void stoppedWhileACommandRunsItGetsItsRealOutput() throws Exception {
    commandGoesOn(server -> assertThat(server.stop()).isZero());
  }

  @Test
  void killedWithItsHandItSaysThatTheCallMayHaveTakenEffect() throws Exception {
    script();
    var session = client.session("scripted");
    client.say(session, "Hi");
    awaitRunning(session);
    killWithHand(server);
    start(Map.of());
    client.awaitIdle(session);
    var results = results(client, session);
    assertThat(results).hasSize(4);
    assertThat(results.get(1).toString())
        .contains("may or may not have taken effect", "\"is_error\":true");
    assertThat(results.get(2).toString()).contains("one", "\"is_error\":false");
    assertThat(results.get(3).toString()).contains("\"text\":\" in /workspace\\n");
    assertThat(Files.readString(workspace(session).resolve("sub/file"))).isEqualTo("once\n");
    assertThat(client.ids(session)).doesNotHaveDuplicates();
    assertThat(client.events(session).toString()).doesNotContain("drover.");
    assertThat(metrics(server))
        .contains(
            "drover_tool_calls_ambiguous_total{tool=\"bash\",outcome=\"reported\"} 1\n",
            "drover_events_appended_total{type=\"drover.tool_ambiguous\"}");
    assertThat(Files.readString(logs.resolve("server.log")))
        .containsPattern(
            "warning .*: tool call ambiguous session=" + session + " call=sevt_\\w+ tool=bash")
        .doesNotContain("echo once");
  }

  @Test
  void killedWithItsHandItRunsAgainWhatTheOperatorSays() throws Exception {
    script();
    var session = client.session("scripted");
    client.say(session, "Hi");
    awaitRunning(session);
    killWithHand(server);
    Files.createFile(workspace(session).resolve("go"));
    start(Map.of("DROVER_TOOLS_BASH_ON_AMBIGUOUS", "retry"));
    client.awaitIdle(session);
    assertThat(results(client, session).get(1).toString())
        .contains("\"text\":\" in /workspace\"", "\"is_error\":false");
    assertThat(Files.readString(workspace(session).resolve("file"))).isEqualTo("once\n");
    assertThat(metrics(server))
        .contains(
            "drover_tool_calls_ambiguous_total{tool=\"bash\",outcome=\"retried\"} 1\n",
            "drover_tool_calls_ambiguous_total{tool=\"read\",outcome=\"retried\"} 1\n");
  }

  /// Kills the server, and then its only hand by the first process inside, which takes all others
  /// with it.
  private void killWithHand(ServerProcess server) throws Exception {
    server.kill();
    var leash = data.resolve("hands").resolve(hands().getFirst()).resolve("leash");
    for (var line : Files.readAllLines(leash)) {
      if (line.startsWith("inner ")) {
        var process = ProcessHandle.of(Long.parseLong(line.split(" ", -1)[1])).orElseThrow();
        process.destroyForcibly();
        await().until(() -> !process.isAlive());
      }
    }
  }

  private static String metrics(ServerProcess server) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(server.url().resolve("/metrics"))
              .header("authorization", "Bearer " + ServerProcess.KEY);
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  private List<String> hands() {
    return List.of(data.resolve("hands").toFile().list());
  }

  @Test
  void killedWithAFullInboxItTakesUpEveryMessage() throws Exception {
    var never = new CountDownLatch(1);
    model.script(
        Script.reply().text("half").hold(never),
        Script.reply().text("ok"),
        Script.reply().text("ok"),
        Script.reply().text("ok"));
    var session = client.session("scripted");
    client.say(session, "one");
    model.request(1);
    client.say(session, "two");
    client.say(session, "three");
    server.kill();
    start(Map.of());
    client.awaitIdle(session);
    assertThat(client.types(session).stream().filter("user.message"::equals)).hasSize(3);
    assertThat(client.types(session).stream().filter("agent.message"::equals)).hasSize(3);
    assertThat(client.ids(session)).doesNotHaveDuplicates();
  }

  private void start(Map<String, String> more) throws Exception {
    if (client != null) {
      client.close();
    }
    var environment = new HashMap<>(more);
    environment.put("DROVER_ANTHROPIC_BASE_URL", model.uri().toString());
    environment.put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    environment.put("DROVER_WORKSPACES_KIND", "directory"); // the test looks into it
    server = ServerProcess.start(data, new File(logs.toFile(), "server.log"), environment);
    client = server.client();
  }
}
