package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.ModelAddress;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Chunks;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How a prompt of the Messages API is said in Chat Completions.
final class ChatRequestTest extends ChatCase {
  private static final String PNG = "iVBORw0KGgo=";

  /// The body that the server gets for these messages.
  private Json.Obj sent(Prompt prompt) throws Exception {
    server.script(Chunks.stream(Chunks.text("Hi"), Chunks.finish("stop")));
    assertThat(model.answer(prompt, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    var requests = server.requests();
    return requests.getLast().body();
  }

  private List<Json> messages(Json.Obj... messages) throws Exception {
    return sent(prompt(messages)).items("messages");
  }

  private static Json.Obj user(Json... content) {
    return Json.obj("role", "user", "content", Json.arr((Object[]) content));
  }

  private static Json.Obj assistant(Json... content) {
    return Json.obj("role", "assistant", "content", Json.arr((Object[]) content));
  }

  private static Json.Obj result(String id, Json content, boolean failed) {
    return Json.obj(
        "type", "tool_result", "tool_use_id", id, "content", content, "is_error", failed);
  }

  private static Json.Obj image(Json.Obj source) {
    return Json.obj("type", "image", "source", source);
  }

  private static Json.Obj png() {
    return image(Json.obj("type", "base64", "media_type", "image/png", "data", PNG));
  }

  @Test
  void theRequestIsChatCompletionsAndStreamsWithItsUsage() throws Exception {
    sent(HELLO);
    var request = server.request(1);
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/v1/chat/completions");
    assertThat(request.headers())
        .containsEntry("authorization", "Bearer " + KEY)
        .containsEntry("content-type", "application/json")
        .containsEntry("accept", "text/event-stream")
        .doesNotContainKeys("x-api-key", "anthropic-version");
    assertThat(request.body())
        .hasToString(
            "{\"model\":\"gpt-test\",\"max_tokens\":1024,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],"
                + "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
  }

  @Test
  void systemToolsAndEffortAreTranslated() throws Exception {
    var mark = Json.obj("type", "ephemeral");
    var body =
        sent(
            new Prompt(
                "m",
                9,
                Optional.of("low"),
                Json.arr(text("Be brief.").with("cache_control", mark), text("Be kind.")),
                Json.arr(
                    Json.obj(
                        "name",
                        "bash",
                        "description",
                        "Runs.",
                        "input_schema",
                        Json.obj("type", "object"),
                        "cache_control",
                        mark)),
                Json.arr(user(text("Hi").with("cache_control", mark)))));
    assertThat(body.toString()).doesNotContain("cache_control");
    assertThat(body.text("reasoning_effort")).isEqualTo("low");
    assertThat(body.items("messages"))
        .containsExactly(
            Json.obj("role", "system", "content", "Be brief.\nBe kind."),
            Json.obj("role", "user", "content", "Hi"));
    assertThat(body.items("tools"))
        .containsExactly(
            Json.obj(
                "type",
                "function",
                "function",
                Json.obj(
                    "name",
                    "bash",
                    "description",
                    "Runs.",
                    "parameters",
                    Json.obj("type", "object"))));
  }

  @Test
  void toolsCanBeShownThatMayNotBeCalled() throws Exception {
    var tools = Json.arr(Json.obj("name", "bash", "input_schema", Json.obj("type", "object")));
    var prompt =
        new Prompt("m", 9, Optional.empty(), Json.arr(), tools, Json.arr(user(text("Hi"))));
    assertThat(sent(prompt).get("tool_choice")).isEmpty();
    assertThat(sent(prompt.withoutCalls()).text("tool_choice")).isEqualTo("none");
  }

  @ParameterizedTest
  @CsvSource({"low, low", "medium, medium", "high, high", "xhigh, high", "max, high"})
  void effortEndsAtHigh(String effort, String sent) throws Exception {
    var prompt = new Prompt("m", 9, Optional.of(effort), Json.arr(), Json.arr(), HELLO.messages());
    assertThat(sent(prompt).text("reasoning_effort")).isEqualTo(sent);
  }

  @Test
  void imagesAreShownByUrlOrInline() throws Exception {
    var content =
        ((Json.Obj)
                messages(
                        user(
                            text("Look:"),
                            png(),
                            image(Json.obj("type", "url", "url", "https://a/b.png"))))
                    .getFirst())
            .get("content");
    assertThat(content)
        .contains(
            Json.arr(
                text("Look:"),
                Json.obj(
                    "type",
                    "image_url",
                    "image_url",
                    Json.obj("url", "data:image/png;base64," + PNG)),
                Json.obj("type", "image_url", "image_url", Json.obj("url", "https://a/b.png"))));
  }

  @Test
  void aDocumentIsItsTextOrANote() throws Exception {
    var messages =
        messages(
            user(
                Json.obj(
                    "type",
                    "document",
                    "title",
                    "Notes",
                    "source",
                    Json.obj("type", "text", "media_type", "text/plain", "data", "all of it")),
                Json.obj(
                    "type",
                    "document",
                    "source",
                    Json.obj("type", "content", "content", Json.arr(text("part")))),
                Json.obj(
                    "type",
                    "document",
                    "title",
                    "Plan",
                    "source",
                    Json.obj("type", "base64", "media_type", "application/pdf", "data", "JVBE")),
                image(Json.obj("type", "file", "file_id", "file_1")),
                Json.obj("type", "hologram")));
    assertThat(messages)
        .containsExactly(
            Json.obj(
                "role",
                "user",
                "content",
                "Notes\nall of it\npart\n"
                    + "[a document named Plan of application/pdf was left out: this model's server"
                    + " cannot take it]\n"
                    + "[an image was left out: this model's server cannot take it]\n"
                    + "[a block of type hologram was left out: this model's server cannot take"
                    + " it]"));
  }

  @Test
  void callsAndTheirResultsAreMessagesOfTheirOwnRightAfterEachOther() throws Exception {
    var messages =
        messages(
            user(text("Go")),
            assistant(
                Json.obj("type", "thinking", "thinking", "Hm", "signature", "c2ln"),
                Json.obj("type", "redacted_thinking", "data", "eA=="),
                text("I look"),
                use("call_a", "bash", Json.obj("command", "ls")),
                use("call_b", "read", Json.obj("file_path", "x"))),
            user(
                result("call_a", Json.arr(text("one"), text("two")), false),
                result("call_b", Json.of("gone"), true),
                text("And?")));
    assertThat(messages)
        .containsExactly(
            Json.obj("role", "user", "content", "Go"),
            Json.obj(
                "role",
                "assistant",
                "content",
                "I look",
                "tool_calls",
                Json.arr(
                    Json.obj(
                        "id",
                        "call_a",
                        "type",
                        "function",
                        "function",
                        Json.obj("name", "bash", "arguments", "{\"command\":\"ls\"}")),
                    Json.obj(
                        "id",
                        "call_b",
                        "type",
                        "function",
                        "function",
                        Json.obj("name", "read", "arguments", "{\"file_path\":\"x\"}")))),
            Json.obj("role", "tool", "tool_call_id", "call_a", "content", "one\ntwo"),
            Json.obj("role", "tool", "tool_call_id", "call_b", "content", "Error: gone"),
            Json.obj("role", "user", "content", "And?"));
  }

  @Test
  void anAssistantThatOnlyCalledSaidNothingAndOneThatOnlyThoughtIsNotThere() throws Exception {
    var messages =
        messages(
            user(text("Go")),
            assistant(Json.obj("type", "thinking", "thinking", "Hm", "signature", "c2ln")),
            assistant(use("call_a", "bash", Json.EMPTY)),
            user(result("call_a", Json.arr(), false)));
    assertThat(messages).hasSize(3);
    assertThat(((Json.Obj) messages.get(1)).get("content")).contains(Json.NULL);
    assertThat(messages.get(2).toString()).contains("\"content\":\"(no output)\"");
  }

  @Test
  void imagesOfResultsFollowAllResults() throws Exception {
    var messages =
        messages(
            user(
                result("call_a", Json.arr(text("Seen:"), png()), false),
                result("call_b", Json.arr(text("ok")), false)));
    assertThat(messages)
        .containsExactly(
            Json.obj(
                "role",
                "tool",
                "tool_call_id",
                "call_a",
                "content",
                "Seen:\n[an image, shown below]"),
            Json.obj("role", "tool", "tool_call_id", "call_b", "content", "ok"),
            Json.obj(
                "role",
                "user",
                "content",
                Json.arr(
                    text("From the result of call_a:"),
                    Json.obj(
                        "type",
                        "image_url",
                        "image_url",
                        Json.obj("url", "data:image/png;base64," + PNG)))));
  }

  @Test
  void aSystemMessageInMidConversationStaysInItsPlace() throws Exception {
    var messages =
        messages(
            user(text("Hi")),
            Json.obj("role", "system", "content", Json.arr(text("Now in French."))),
            assistant(text("Oui")),
            user(text("Go")));
    assertThat(messages.get(1)).isEqualTo(Json.obj("role", "system", "content", "Now in French."));
    assertThat(messages).hasSize(4);
  }

  @ParameterizedTest
  @CsvSource({
    "'', /v1/chat/completions",
    "/, /v1/chat/completions",
    "/v1, /v1/chat/completions",
    "/v1/, /v1/chat/completions",
    "/proxy/openai, /proxy/openai/v1/chat/completions",
    "/proxy/v1, /proxy/v1/chat/completions",
  })
  void aBaseUrlMayEndWithItsVersionOrNot(String path, String endpoint) throws Exception {
    server.script(Chunks.stream(Chunks.text("Hi"), Chunks.finish("stop")));
    try (var behind = at(server.uri() + path, Timeouts.DEFAULT)) {
      assertThat(behind.answer(HELLO, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    }
    assertThat(server.request(1).path()).isEqualTo(endpoint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://host", "/v1", "http://u:p@host", "http://h#x"})
  void aBaseUrlThatIsNoneIsRefused(String base) {
    assertThatThrownBy(() -> at(base, Timeouts.DEFAULT)).isInstanceOf(Problem.class);
  }

  @Test
  void withoutAKeyNoneIsSent() throws Exception {
    server.script(Chunks.stream(Chunks.text("Hi"), Chunks.finish("stop")));
    try (var open =
        new ChatModel(
            server.uri(),
            ApiKey.NONE,
            Timeouts.DEFAULT,
            InstantSource.system(),
            new Ids(new Random(1)))) {
      assertThat(open.answer(HELLO, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    }
    assertThat(server.request(1).headers()).doesNotContainKey("authorization");
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.openai.com/v1, max_completion_tokens",
    "https://API.OpenAI.com, max_completion_tokens",
    "https://team.openai.azure.com/openai/v1, max_completion_tokens",
    "http://127.0.0.1:11434, max_tokens",
    "https://api.openai.com.example.net, max_tokens",
  })
  void theLimitIsCalledWhatTheServerKnows(String base, String name) {
    assertThat(ChatModel.limit(ModelAddress.chat(URI.create(base)))).isEqualTo(name);
    assertThat(ChatRequest.of(HELLO, name, "").number(name, 0)).isEqualTo(1024);
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8000, sk-k1, authorization, Bearer sk-k1",
    "https://api.openai.com/v1, sk-k1, authorization, Bearer sk-k1",
    "https://r.openai.azure.com/openai/v1, k1, api-key, k1",
    "https://r.openai.azure.com/openai/v1, eyJh.eyJz.x, authorization, Bearer eyJh.eyJz.x",
  })
  void theKeyGoesInTheHeaderThatTheServerReads(URI base, String key, String name, String value) {
    assertThat(ChatModel.headers(ModelAddress.chat(base), new ApiKey(key)))
        .isEqualTo(Map.of(name, value));
  }

  @Test
  void aQueryOfTheBaseUrlStaysBehindTheEndpoint() throws Exception {
    server.script(Chunks.stream(Chunks.text("Hi"), Chunks.finish("stop")));
    try (var behind = at(server.uri() + "/openai/v1?api-version=preview", Timeouts.DEFAULT)) {
      assertThat(behind.answer(HELLO, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    }
    assertThat(server.request(1).path())
        .isEqualTo("/openai/v1/chat/completions?api-version=preview");
  }
}
