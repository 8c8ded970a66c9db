package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A real server process, killed in the middle of a turn and started again: the turn ends by
/// itself.
@Timeout(120)
final class RestartTest {
  @TempDir Path data;
  @TempDir Path logs;

  private final ScriptedMessages model = ScriptedMessages.start();

  @AfterEach
  void stop() {
    model.close();
  }

  @Test
  void killedWhileTheModelAnswersItAsksAgain() throws Exception {
    var never = new CountDownLatch(1);
    model.script(Script.reply().text("half").hold(never), Script.reply().text("whole"));
    String session;
    try (var server = start();
        var client = server.client()) {
      session = client.session("scripted");
      client.say(session, "Hi");
      model.request(1);
      await().until(() -> client.types(session).contains("span.model_request_start"));
      server.kill();
    }
    try (var server = start();
        var client = server.client()) {
      awaitIdle(client, session);
      assertThat(client.types(session))
          .containsExactly(
              "session.status_running",
              "session.thread_status_running",
              "user.message",
              "span.model_request_start",
              "agent.message",
              "span.model_request_end",
              "session.thread_status_idle",
              "session.usage",
              "session.status_idle");
      assertThat(client.events(session).toString()).contains("whole").doesNotContain("half");
      noEventTwice(client, session);
      assertThat(server.stop()).isZero();
    }
    assertThat(model.requests()).hasSize(2);
  }

  @Test
  void killedWhileACommandRunsItSaysThatTheCallMayHaveTakenEffect() throws Exception {
    model.script(
        Script.reply()
            .toolUse("bash", Json.obj("command", "echo once >> file; sleep 600"))
            .toolUse("read", Json.obj("file_path", "file")),
        Script.reply().toolUse("bash", Json.obj("command", "cat file")),
        Script.reply().text("done"));
    String session;
    try (var server = start();
        var client = server.client()) {
      session = client.session("scripted");
      client.say(session, "Hi");
      await()
          .until(
              () ->
                  data.resolve("workspaces/" + session + "/workspace/file").toFile().length() > 0);
      server.kill();
    }
    try (var server = start();
        var client = server.client()) {
      awaitIdle(client, session);
      var results =
          client.events(session).stream()
              .filter(event -> DroverClient.type(event).equals("agent.tool_result"))
              .toList();
      assertThat(results).hasSize(3);
      assertThat(results.get(0).toString())
          .contains("may or may not have taken effect", "\"is_error\":true");
      assertThat(results.get(1).toString()).contains("once", "\"is_error\":false");
      assertThat(results.get(2).toString()).contains("\"text\":\"once\"");
      noEventTwice(client, session);
    }
  }

  @Test
  void killedWithAFullInboxItTakesUpEveryMessage() throws Exception {
    var never = new CountDownLatch(1);
    model.script(Script.reply().text("half").hold(never));
    model.otherwise(_ -> Script.reply().text("ok"));
    String session;
    try (var server = start();
        var client = server.client()) {
      session = client.session("scripted");
      client.say(session, "one");
      model.request(1);
      client.say(session, "two");
      client.say(session, "three");
      server.kill();
    }
    try (var server = start();
        var client = server.client()) {
      awaitIdle(client, session);
      assertThat(client.types(session).stream().filter("user.message"::equals)).hasSize(3);
      assertThat(client.types(session).stream().filter("agent.message"::equals)).hasSize(3);
      noEventTwice(client, session);
    }
  }

  private ServerProcess start() throws Exception {
    return ServerProcess.start(
        data,
        new File(logs.toFile(), "server.log"),
        Map.of("DROVER_ANTHROPIC_BASE_URL", model.uri().toString()));
  }

  private static void awaitIdle(DroverClient client, String session) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              var events = client.events(session);
              return !events.isEmpty()
                  && DroverClient.type(events.getLast()).equals("session.status_idle");
            });
  }

  private static void noEventTwice(DroverClient client, String session) {
    List<Json.Obj> events = client.events(session);
    var ids = new HashSet<String>();
    assertThat(events).allSatisfy(event -> assertThat(ids.add(event.text("id"))).isTrue());
  }
}
