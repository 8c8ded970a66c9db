package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.brain.Retries;
import dev.drover.model.http.Timeouts;
import dev.drover.telemetry.Facts;
import dev.drover.telemetry.LogLines;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// What an operator sees of a whole server: figures, health, and a log without content.
@Isolated("it listens to the log of the whole process")
@Timeout(60)
@Tag("sandbox")
final class SeenTest {
  private static final String MARKER = "Zebra7Marker";
  private static final String KEY = "sk-drover-" + MARKER;

  @TempDir Path data;

  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final Logger root = Logger.getLogger("");
  private final Logger ours = Logger.getLogger("dev.drover");
  private final HttpClient http = HttpClient.newHttpClient();
  private Level before = Level.INFO;
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          lines.add(new LogLines(LogLines.Form.TEXT).format(record));
          lines.add(new LogLines(LogLines.Form.JSON).format(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private ScriptedMessages model;
  private Drover drover;
  private DroverClient client;

  @BeforeEach
  void start() throws Exception {
    before = ours.getLevel() == null ? Level.WARNING : ours.getLevel();
    ours.setLevel(Level.ALL);
    handler.setLevel(Level.ALL);
    root.addHandler(handler);
    model = ScriptedMessages.start();
    open();
  }

  private void open() throws Exception {
    var settings =
        Map.of(
            "data",
            data.toString(),
            "port",
            "0",
            "api_key",
            KEY,
            "anthropic.base_url",
            model.uri().toString(),
            "anthropic.api_key",
            "sk-model-" + MARKER);
    drover =
        new Drover(
            Config.read(settings, Map.of()),
            new Hasty(
                new Retries(2, Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofSeconds(30)),
                Timeouts.DEFAULT));
    client = new DroverClient(drover.url(), KEY);
  }

  @AfterEach
  void stop() {
    client.close();
    drover.close();
    model.close();
    http.shutdownNow();
    root.removeHandler(handler);
    ours.setLevel(before);
  }

  private HttpResponse<String> get(String path, String key) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(drover.url() + path));
    if (!key.isEmpty()) {
      request.header("x-api-key", key);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private String metrics() throws Exception {
    return get("/metrics", KEY).body();
  }

  /// A turn with a tool call, then one whose model fails.
  private String twoTurns() throws Exception {
    var session = client.session("scripted");
    try (var stream = client.stream(session, "")) {
      model.script(
          Script.reply()
              .text("I will " + MARKER)
              .toolUse("bash", Json.obj("command", "echo " + MARKER + "; exit 1")),
          Script.reply().text("done " + MARKER));
      client.say(session, "do " + MARKER);
      stream.until("session.status_idle");
      model.script(Script.status(400, "invalid_request_error", "no " + MARKER));
      client.say(session, "fail " + MARKER);
      stream.until("session.status_idle");
    }
    return session;
  }

  @Test
  void figuresNeedTheKeyAndHealthDoesNot() throws Exception {
    assertThat(get("/metrics", "").statusCode()).isEqualTo(401);
    assertThat(get("/healthz", "").statusCode()).isEqualTo(200);
    assertThat(get("/readyz", "").body()).isEqualTo("{\"status\":\"ready\"}");
    assertThat(get("/metrics", KEY).headers().firstValue("content-type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void turnsModelsToolsTokensAndHandsAreCounted() throws Exception {
    var session = twoTurns();
    await().untilAsserted(() -> assertThat(metrics()).contains("drover_brains_at_work 0\n"));
    assertThat(metrics())
        .contains(
            "drover_turns_total{stop_reason=\"end_turn\"} 1\n",
            "drover_turns_total{stop_reason=\"retries_exhausted\"} 1\n",
            "drover_turn_seconds_count{stop_reason=\"end_turn\"} 1\n",
            "drover_time_to_first_token_seconds_count 1\n",
            "drover_model_calls_total{model=\"other\",outcome=\"ok\"} 2\n",
            "drover_model_calls_total{model=\"other\",outcome=\"rejected\"} 1\n",
            "drover_model_first_byte_seconds_count{model=\"other\"} 2\n",
            "drover_tokens_total{kind=\"output\"}",
            "drover_tool_calls_total{tool=\"bash\",outcome=\"error\"} 1\n",
            "drover_hands_provisioned_total{outcome=\"ok\"} 1\n",
            "drover_hands_alive 1\n",
            "drover_hands_lost_total 0\n",
            "drover_hand_provision_seconds_count 1\n",
            "drover_events_received_total{type=\"user.message\"} 2\n",
            "drover_events_appended_total{type=\"agent.tool_result\"} 1\n",
            "drover_inbox_events 0\n",
            "drover_nodes 1\n",
            "drover_node_silent_seconds ",
            "drover_sessions_held ",
            "drover_queue_sessions 0\n",
            "drover_queue_oldest_seconds 0\n",
            "drover_store_append_seconds_count{kind=\"receive\"} 2\n",
            "drover_http_requests_total{method=\"POST\",route=\"/v1/sessions/{}/events\","
                + "status=\"200\"} 2\n",
            "jvm_memory_heap_used_bytes ");
    get("/v1/" + MARKER, "");
    assertThat(metrics())
        .contains("route=\"none\",status=\"404\"")
        .doesNotContain(MARKER, session.substring(5));
    client.delete("/v1/sessions/" + session);
    await()
        .untilAsserted(
            () ->
                assertThat(metrics())
                    .contains("drover_event_streams 0\n", "drover_hands_alive 0\n"));
  }

  private List<String> turnsEnded(String session) {
    return lines.stream().filter(line -> line.contains("turn ended session=" + session)).toList();
  }

  @Test
  void aTurnThatGoesOnAfterARestartIsMeasuredFromItsBeginning() throws Exception {
    var never = new CountDownLatch(1);
    model.script(Script.reply().hold(never), Script.reply().text("done"));
    var session = client.session("scripted");
    client.say(session, "Hi");
    model.request(1);
    await().until(() -> client.types(session).contains("span.model_request_start"));
    client.close();
    drover.close();
    assertThat(turnsEnded(session)).isEmpty();
    open();
    client.awaitIdle(session);
    await().until(() -> !turnsEnded(session).isEmpty());
    assertThat(turnsEnded(session))
        .singleElement()
        .asString()
        .containsPattern(
            "stop_reason=end_turn duration_ms=(?!0\\.0 )\\d\\S* model_calls=1 tool_calls=0");
    assertThat(metrics())
        .contains("drover_turn_seconds_count{stop_reason=\"end_turn\"} 1\n")
        .doesNotContain("drover_turn_seconds_sum{stop_reason=\"end_turn\"} 0\n");
  }

  @Test
  void theFirstTurnOfASessionThatIsCreatedWithAMessageHasAFirstToken() throws Exception {
    model.script(Script.reply().text("done"));
    var message =
        Json.obj("type", "user.message", "content", List.of(Json.obj("type", "text", "text", "a")));
    var created = client.another(client.session("scripted"), message);
    var session = String.valueOf(client.post("/v1/sessions", created).text("id"));
    client.awaitIdle(session);
    await().until(() -> !turnsEnded(session).isEmpty());
    assertThat(turnsEnded(session)).singleElement().asString().contains(" first_token_ms=");
    assertThat(metrics()).contains("drover_time_to_first_token_seconds_count 1\n");
  }

  @Test
  void answersThatRunNothingAreNoTurns() throws Exception {
    var toolset =
        Json.obj(
            "type",
            "agent_toolset_20260401",
            "default_config",
            Json.obj("permission_policy", Json.obj("type", "always_ask")));
    var agent =
        client.post(
            "/v1/agents",
            Json.obj("name", "Asker", "model", "scripted", "tools", List.of(toolset)));
    var environment = client.post("/v1/environments", Json.obj("name", "asked"));
    var session =
        String.valueOf(
            client
                .post(
                    "/v1/sessions",
                    Json.obj("agent", agent.text("id"), "environment_id", environment.text("id")))
                .text("id"));
    var call = Json.obj("command", "true");
    model.script(
        Script.reply().toolUse("bash", call).toolUse("bash", call).toolUse("bash", call),
        Script.reply().text("done"));
    try (var stream = client.stream(session, "")) {
      client.say(session, "go");
      stream.until("session.status_idle");
      for (var use : FaultScenario.ofType(client.events(session), "agent.tool_use")) {
        client.send(
            session,
            Json.obj(
                "type", "user.tool_confirmation", "tool_use_id", use.text("id"), "result", "deny"));
        stream.until("session.status_idle");
      }
    }
    await().until(() -> turnsEnded(session).size() >= 2);
    assertThat(turnsEnded(session)).hasSize(2).noneMatch(line -> line.contains("duration_ms=0.0 "));
    assertThat(metrics())
        .contains(
            "drover_turns_total{stop_reason=\"requires_action\"} 1\n",
            "drover_turns_total{stop_reason=\"end_turn\"} 1\n",
            "drover_turn_seconds_count{stop_reason=\"requires_action\"} 1\n");
  }

  @Test
  void theLogTellsWhatHappenedAndNothingOfWhatWasSaid() throws Exception {
    var session = twoTurns();
    var url = drover.url().toString();
    get("/v1/sessions/" + MARKER + "?page=" + MARKER, KEY);
    get("/v1/agents", "wrong-" + MARKER);
    for (var body : List.of("{\"" + MARKER, "{\"name\":{\"" + MARKER + "\":1}}")) {
      var post =
          HttpRequest.newBuilder(URI.create(url + "/v1/agents"))
              .header("x-api-key", KEY)
              .header("x-odd", MARKER)
              .POST(BodyPublishers.ofString(body));
      assertThat(http.send(post.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(400);
    }
    client.close();
    drover.close();
    var log = String.join("", lines);
    assertThat(log)
        .contains("message\":\"server started\"")
        .contains("message\":\"server stopped\"")
        .containsPattern("turn ended session=" + session + " stop_reason=end_turn duration_ms=\\d")
        .contains(
            "session error session="
                + session
                + " error=model_request_failed retry_status=exhausted")
        .containsPattern("request request=req_\\w+ method=POST route=/v1/sessions/\\{}/events ")
        .contains("\"session\":\"" + session + "\"");
    assertThat(log).doesNotContain(MARKER);
  }

  @Test
  void theSameRecordReadsAsTextAndAsJson() {
    var record = new LogRecord(Level.WARNING, "it\nbroke");
    record.setLoggerName("dev.drover.Test");
    record.setParameters(new Object[] {Facts.of("session", "sesn_1", "calls", 2)});
    lines.clear();
    handler.publish(record);
    assertThat(lines.poll())
        .endsWith("warning dev.drover.Test: it\nbroke session=sesn_1 calls=2\n");
    assertThat(lines.poll())
        .contains("\"level\":\"warning\"", "\"message\":\"it\\nbroke\"", "\"calls\":2");
  }
}
