package dev.drover;

import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.OPENING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.TEXT_TURN;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.brain.Retries;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Deployment;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The whole server, with a scripted Messages server behind it and real sandboxes: what each turn
/// of fortune looks like on the wire, event by event, on the stream and in the list.
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SequencesSuite {
  private static final List<String> RESCHEDULED =
      List.of(
          "span.model_request_end",
          "session.error",
          "session.thread_status_rescheduled",
          "session.status_rescheduled",
          "session.status_running",
          "session.thread_status_running",
          "span.model_request_start");

  private static final Retries RETRIES =
      new Retries(3, Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofSeconds(30));
  private static final Timeouts TIMEOUTS =
      new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(2));

  private final Deployment deployment;
  private ScriptedMessages model;
  private Deployment.Running drover;
  private DroverClient client;

  SequencesSuite(Deployment deployment) {
    this.deployment = deployment;
  }

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    model = ScriptedMessages.start();
    drover =
        deployment.start(
            data,
            Map.of("anthropic.base_url", model.uri().toString(), "anthropic.api_key", "sk-model"),
            config -> new Drover(config, new Hasty(RETRIES, TIMEOUTS)));
    client = new DroverClient(drover.url(), drover.key().reveal());
  }

  @AfterEach
  void forget() {
    model.forget();
  }

  @AfterAll
  void stop() {
    client.close();
    drover.close();
    model.close();
  }

  @Test
  void aTextTurn() throws Exception {
    model.says("Hello", " there");
    var events = turn("Hi", TEXT_TURN);
    assertThat(events.get(4).toString()).contains("\"text\":\"Hello there\"");
    assertThat(events.getLast().toString())
        .contains("\"stop_reason\":{\"type\":\"end_turn\"}", "\"stop_details\":null");
  }

  @Test
  void threeToolsTwoOfThemParallel() throws Exception {
    model.script(
        Script.reply()
            .text("Working.")
            .toolUse("bash", Json.obj("command", "echo one; (exit 3)"))
            .toolUse("write", Json.obj("file_path", "two.txt", "content", "second")),
        Script.reply().toolUse("read", Json.obj("file_path", "two.txt")),
        Script.reply().text("Done"));
    var events =
        turn(
            "Go",
            sequence(
                OPENING,
                List.of(
                    "agent.message",
                    "agent.tool_use",
                    "agent.tool_use",
                    "span.model_request_end",
                    "agent.tool_result",
                    "agent.tool_result",
                    "span.model_request_start",
                    "agent.tool_use",
                    "span.model_request_end",
                    "agent.tool_result",
                    "span.model_request_start"),
                TEXT,
                CLOSING));
    assertThat(results(events))
        .containsExactly("one", "wrote 6 bytes to /workspace/two.txt", "second");
    assertThat(model.request(3).body().toString())
        .contains("\"tool_use_id\":\"toolu_1\"", "\"is_error\":true");
  }

  @Test
  void anInterruptInMidStream() throws Exception {
    var begun = new CountDownLatch(1);
    model.script(Script.reply().text("Well").hold(begun));
    var session = client.session("scripted");
    try (var stream = client.stream(session, "?event_deltas[]=agent.message")) {
      client.say(session, "Go");
      stream.until("event_start");
      client.interrupt(session);
      stream.until("session.status_idle");
      var expected =
          sequence(OPENING, List.of("span.model_request_end", "user.interrupt"), CLOSING);
      assertThat(stream.types()).isEqualTo(expected);
      assertThat(client.types(session)).isEqualTo(expected);
    }
    model.request(1).awaitDisconnect();
    var end = client.events(session).get(4);
    assertThat(end.toString()).contains("\"is_error\":true", "\"output_tokens\":0");
  }

  @Test
  void anInterruptInMidCommand() throws Exception {
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", "echo begun > mark; sleep 600")),
        Script.reply().toolUse("bash", Json.obj("command", "cat mark; pgrep sleep || echo none")),
        Script.reply().text("ok"));
    var session = client.session("scripted");
    try (var stream = client.stream(session, "")) {
      client.say(session, "Go");
      stream.until("agent.tool_use");
      client.interrupt(session);
      var cut = stream.until("agent.tool_result");
      assertThat(cut.toString())
          .contains("Tool execution was interrupted before completion. Please retry.")
          .contains("\"is_error\":true");
      stream.until("session.status_idle");
      var expected =
          sequence(
              OPENING,
              List.of(
                  "agent.tool_use",
                  "span.model_request_end",
                  "agent.tool_result",
                  "user.interrupt"),
              CLOSING);
      assertThat(stream.types()).isEqualTo(expected);
      client.say(session, "And now?");
      var after = stream.until("agent.tool_result");
      assertThat(after.toString()).contains("none");
      stream.until("session.status_idle");
    }
  }

  @Test
  void aMessageDuringATurnIsTakenUpInsideIt() throws Exception {
    var hold = new CountDownLatch(1);
    model.script(Script.reply().text("one").hold(hold), Script.reply().text("two"));
    var session = client.session("scripted");
    try (var stream = client.stream(session, "")) {
      client.say(session, "first");
      stream.until("span.model_request_start");
      client.say(session, "second");
      stream.until(e -> e.toString().contains("second"));
      assertThat(client.events(session).getLast().get("processed_at")).contains(Json.NULL);
      hold.countDown();
      stream.until("session.status_idle");
    }
    assertThat(client.types(session))
        .isEqualTo(
            sequence(
                OPENING, TEXT, List.of("user.message", "span.model_request_start"), TEXT, CLOSING));
  }

  static Stream<Arguments> passing() {
    return Stream.of(
        Arguments.of("429", Script.status(429).header("retry-after-ms", "20"), "rate_limited"),
        Arguments.of("529", Script.status(529), "overloaded"),
        Arguments.of("500", Script.status(500), "request_failed"),
        Arguments.of("503", Script.status(503), "overloaded"),
        Arguments.of("504", Script.status(504), "request_failed"),
        Arguments.of(
            "error in a 200 stream",
            Script.reply().text("half").errorInStream("overloaded_error"),
            "overloaded"),
        Arguments.of(
            "an end in the middle of a call",
            Script.reply().toolUse("toolu_1", "bash", "{\"comm").endWithoutStop(),
            "request_failed"),
        Arguments.of("a time-out before the first byte", Script.stream().stall(), "request_failed"),
        Arguments.of("a stall", Script.reply().text("half").stall(), "request_failed"),
        Arguments.of("bad JSON", Script.reply().badJson(), "request_failed"),
        Arguments.of("a reset", Script.reply().text("half").reset(), "request_failed"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("passing")
  void aFailureThatPassesIsRescheduled(String name, Script failure, String error) throws Exception {
    model.script(failure, Script.reply().text("Hello"));
    var events = turn("Hi", sequence(OPENING, RESCHEDULED, TEXT, CLOSING));
    assertThat(events.get(4).toString()).contains("\"is_error\":true");
    assertThat(events.get(5).toString())
        .contains("model_" + error + "_error", "\"retry_status\":{\"type\":\"retrying\"}");
    assertThat(model.requests()).hasSize(2);
    assertThat(model.requests().get(1).body()).isEqualTo(model.requests().get(0).body());
  }

  @Test
  void aFailureThatStaysExhaustsTheRetries() throws Exception {
    model.script(Script.status(529), Script.status(529), Script.status(529));
    var events =
        turn(
            "Hi",
            sequence(
                OPENING,
                RESCHEDULED,
                RESCHEDULED,
                List.of("span.model_request_end", "session.error"),
                CLOSING));
    assertThat(events.get(19).toString())
        .contains("model_overloaded_error", "\"retry_status\":{\"type\":\"exhausted\"}");
    assertThat(events.getLast().toString())
        .contains("\"stop_reason\":{\"type\":\"retries_exhausted\"}");
  }

  @Test
  void aRejectedRequestIsNotTriedAgain() throws Exception {
    for (var script :
        List.of(
            Script.status(400),
            Script.status(401),
            Script.status(402),
            Script.status(400, "invalid_request_error", "prompt is too long: 2 > 1"))) {
      model.script(script);
      turn("Hi", sequence(OPENING, List.of("span.model_request_end", "session.error"), CLOSING));
    }
  }

  @Test
  void aStatusIsCommittedBeforeItIsShown() throws Exception {
    for (int i = 0; i < 20; i++) {
      model.says("ok");
      var session = client.session("scripted");
      try (var stream = client.stream(session, "")) {
        client.say(session, "Hi");
        stream.until("session.status_idle");
        assertThat(client.get("/v1/sessions/" + session).text("status")).isEqualTo("idle");
        client.delete("/v1/sessions/" + session);
        stream.until("session.deleted");
      }
    }
  }

  @Test
  void noKeyIsInAnEventAndTheModelsKeyGoesToTheModelAlone() throws Exception {
    model.script(
        Script.reply()
            .toolUse("bash", Json.obj("command", "env; cat /proc/*/environ | tr '\\0' ' '")),
        Script.reply().text("ok"));
    var session = client.session("scripted");
    try (var stream = client.stream(session, "")) {
      client.say(session, "Hi");
      stream.until("session.status_idle");
    }
    assertThat(model.request(1).headers()).containsEntry("x-api-key", "sk-model");
    assertThat(client.events(session).toString())
        .doesNotContain("sk-model")
        .doesNotContain(drover.key().reveal());
  }

  @Test
  void aNulIsKeptInAMessageAndRefusedInANameOnEveryStore() throws Exception {
    model.says("ok");
    var session = client.session("scripted");
    try (var stream = client.stream(session, "")) {
      client.say(session, "a\0b");
      stream.until("session.status_idle");
    }
    assertThat(client.events(session).get(2).toString()).contains("a\\u0000b");
    refused("name", () -> client.post("/v1/environments", Json.obj("name", "a\0b")));
    refused("name", () -> client.post("/v1/agents", Json.obj("name", "a\0b", "model", "scripted")));
    refused(
        "description",
        () -> client.post("/v1/environments", Json.obj("name", "n", "description", "\0")));
    refused("title", () -> client.post("/v1/sessions/" + session, Json.obj("title", "a\0")));
    refused("types", () -> client.get("/v1/sessions/" + session + "/events?types%5B%5D=%00"));
    refused("page", () -> client.get("/v1/environments?page=%00"));
    refused("", () -> client.get("/v1/sessions/%00"));
    refused("", () -> client.get("/v1/agents/agent_%00"));
  }

  private static void refused(String field, ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).hasMessageStartingWith("400 ").hasMessageContaining(field);
  }

  /// Runs one turn in a new session and checks the stream and the list against `expected`.
  private List<Json.Obj> turn(String text, List<String> expected) throws Exception {
    var session = client.session("scripted");
    try (var stream = client.stream(session, "")) {
      client.say(session, text);
      stream.until("session.status_idle");
      assertThat(stream.types()).isEqualTo(expected);
      var listed = client.events(session);
      assertThat(listed)
          .isEqualTo(stream.taken().stream().filter(e -> e.text("processed_at") != null).toList());
      return listed;
    }
  }

  private static List<String> results(List<Json.Obj> events) {
    return events.stream()
        .filter(event -> DroverClient.type(event).equals("agent.tool_result"))
        .map(event -> String.valueOf(((Json.Obj) event.items("content").getFirst()).text("text")))
        .toList();
  }
}
