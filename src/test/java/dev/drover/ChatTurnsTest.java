package dev.drover;

import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.OPENING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.sequence;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.brain.Retries;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Chunks;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole server with a scripted model server behind it, which speaks Chat Completions, and also
/// Messages: whole turns with real sandboxes.
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("sandbox")
final class ChatTurnsTest {
  @TempDir static Path data;

  private static final String PNG =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
          + "rkJggg==";

  private ScriptedMessages model;
  private Drover drover;
  private DroverClient client;

  @BeforeAll
  void start() throws Exception {
    model = ScriptedMessages.start();
    Files.writeString(
        data.resolve("drover.yaml"),
        """
        openai: {base_url: "%s/v1", api_key: sk-chat}
        anthropic: {base_url: "%s", api_key: sk-messages}
        models: {quick: openai/gpt-quick}
        model_settings:
          openai/gpt-test: {max_tokens: 777, effort: [low, high], images: false}
        """
            .formatted(model.uri(), model.uri()));
    drover =
        new Drover(
            Config.read(Map.of("data", data.toString(), "port", "0"), Map.of()),
            new Hasty(
                new Retries(3, Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofSeconds(30)),
                Timeouts.DEFAULT));
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

  private static List<String> types(List<Json.Obj> events) {
    return events.stream().map(event -> String.valueOf(event.text("type"))).toList();
  }

  private List<Json.Obj> turn(String model, Json.Obj... content) throws Exception {
    var session = client.session(model);
    try (var stream = client.stream(session, "")) {
      client.send(
          session, Json.obj("type", "user.message", "content", List.of((Object[]) content)));
      stream.until("session.status_idle");
      return client.events(session);
    }
  }

  private static Json.Obj text(String text) {
    return Json.obj("type", "text", "text", text);
  }

  @Test
  void aTurnWithATool() throws Exception {
    model.script(
        Chunks.stream(
            Chunks.text("I look."),
            Chunks.call(0, "", "bash", "{\"command\":"),
            Chunks.more(0, "\"echo $((6*7))\"}"),
            Chunks.finish("tool_calls"),
            Chunks.usage(50, 20, 8)),
        Chunks.stream(Chunks.text("It is 42."), Chunks.finish("stop"), Chunks.usage(90, 60, 5)));
    var events = turn("openai/gpt-test", text("What is 6*7?"));
    assertThat(types(events))
        .isEqualTo(
            sequence(
                OPENING,
                List.of(
                    "agent.message",
                    "agent.tool_use",
                    "span.model_request_end",
                    "agent.tool_result",
                    "span.model_request_start"),
                TEXT,
                CLOSING));
    assertThat(events.get(7).toString()).contains("\"text\":\"42\"");
    assertThat(events.get(6).object("model_usage"))
        .isEqualTo(
            Json.obj(
                "input_tokens", 30,
                "output_tokens", 8,
                "cache_read_input_tokens", 20,
                "cache_creation_input_tokens", 0));

    var first = model.request(1);
    assertThat(first.path()).isEqualTo("/v1/chat/completions");
    assertThat(first.headers()).containsEntry("authorization", "Bearer sk-chat");
    assertThat(first.body().text("model")).isEqualTo("gpt-test");
    assertThat(first.body().number("max_tokens", 0)).isEqualTo(777);
    assertThat(first.body().text("reasoning_effort")).isEqualTo("high");
    assertThat(first.body().items("tools").toString()).contains("\"name\":\"bash\"");

    var second = model.request(2).body().items("messages");
    var call = (Json.Obj) ((Json.Obj) second.get(1)).items("tool_calls").getFirst();
    assertThat(call.object("function").text("arguments"))
        .isEqualTo("{\"command\":\"echo $((6*7))\"}");
    assertThat(second.get(2))
        .isEqualTo(Json.obj("role", "tool", "tool_call_id", call.text("id"), "content", "42"));
  }

  @Test
  void theModelReadsWhyItsArgumentsCannotBeRead() throws Exception {
    model.script(
        Chunks.stream(
            Chunks.call(0, "call_a", "bash", "{\"command\": echo}"), Chunks.finish("tool_calls")),
        Chunks.stream(Chunks.text("Sorry."), Chunks.finish("stop")));
    var events = turn("quick", text("Go"));
    assertThat(types(events))
        .containsSubsequence("agent.tool_use", "agent.tool_result", "agent.message")
        .doesNotContain("session.error");
    assertThat(events.toString()).contains("\"is_error\":true");
    assertThat(model.request(2).body().text("model")).isEqualTo("gpt-quick");
    assertThat(model.request(2).body().get("reasoning_effort")).isEmpty();
  }

  @Test
  void aFullContextEndsTheTurn() throws Exception {
    model.script(
        Script.body(
            400,
            "application/json",
            "{\"error\":{\"message\":\"too long\",\"type\":\"invalid_request_error\","
                + "\"code\":\"context_length_exceeded\"}}"));
    assertThat(turn("quick", text("Go")).toString())
        .contains("compaction_limit_reached_error", "retries_exhausted");
  }

  @Test
  void aRefusalEndsTheTurn() throws Exception {
    model.script(Chunks.stream(Chunks.delta(Json.obj("refusal", "No.")), Chunks.finish("stop")));
    assertThat(turn("quick", text("Go")).getLast().toString())
        .contains("\"type\":\"refusal\"", "\"explanation\":\"No.\"");
  }

  private static Json.Obj file(String type, String id) {
    return Json.obj("type", type, "source", Json.obj("type", "file", "file_id", id));
  }

  @Test
  void filesReachModelsOnBothWiresUntilTheyAreDeleted() throws Exception {
    var png = Base64.getDecoder().decode(PNG);
    var image = client.upload("a.png", png);
    var table = client.upload("a.csv", "day,sold\n1,2".getBytes(UTF_8));
    model.script(
        Chunks.stream(Chunks.text("A dot"), Chunks.finish("stop")),
        Script.reply().text("A dot"),
        Script.reply().text("It is gone"));
    turn("quick", file("image", image), file("document", table));
    assertThat(model.request(1).body().items("messages").getLast().toString())
        .contains("\"url\":\"data:image/png;base64," + PNG + "\"", "day,sold\\n1,2")
        .doesNotContain("file_");

    var session = client.session("scripted");
    var message = Json.obj("type", "user.message", "content", List.of(file("image", image)));
    client.send(session, message);
    client.awaitIdle(session);
    assertThat(messages(2))
        .contains("\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"" + PNG);
    assertThat(client.events(session).toString()).contains(image).doesNotContain(PNG);

    client.delete("/v1/files/" + image);
    client.say(session, "And now?");
    client.awaitIdle(session);
    assertThat(messages(3)).contains("[file " + image + " was deleted]").doesNotContain(PNG);
  }

  private String messages(int request) throws InterruptedException {
    return model.request(request).body().items("messages").toString();
  }

  @Test
  void imagesReachTheModelIfItSeesThem() throws Exception {
    var image =
        Json.obj("type", "image", "source", Json.obj("type", "url", "url", "https://a/b.png"));
    model.script(
        Chunks.stream(Chunks.text("A cat"), Chunks.finish("stop")),
        Chunks.stream(Chunks.text("What image?"), Chunks.finish("stop")));
    turn("quick", text("See"), image);
    assertThat(model.request(1).body().items("messages").getLast().toString())
        .contains("{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a/b.png\"}}");
    turn("openai/gpt-test", text("See"), image);
    assertThat(model.request(2).body().items("messages").getLast())
        .isEqualTo(
            Json.obj(
                "role", "user", "content", "See\n[an image was left out: this model takes none]"));
  }

  @Test
  void anAgentIsHeldToWhatItsModelCan() {
    var models = client.get("/v1/models").items("data");
    assertThat(models.toString())
        .contains("\"id\":\"openai/gpt-test\"", "\"max_tokens\":777", "\"id\":\"quick\"");
    var agent = client.post("/v1/agents", Json.obj("name", "A", "model", "openai/gpt-test"));
    assertThat(agent.object("model").object("effort").text("type")).isEqualTo("high");
    var plain = client.post("/v1/agents", Json.obj("name", "A", "model", "quick"));
    assertThat(plain.object("model").get("effort")).isEmpty();
  }
}
