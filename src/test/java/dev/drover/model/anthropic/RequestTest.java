package dev.drover.model.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.ModelAddress;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Script;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestTest extends MessagesCase {
  @Test
  void theRequestIsTheMessagesApisAndStreams() throws Exception {
    server.says("Hi");
    model.answer(HELLO, Listener.DEAF);

    var request = server.request(1);
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/v1/messages");
    assertThat(request.headers())
        .containsEntry("x-api-key", KEY)
        .containsEntry("authorization", "Bearer " + KEY)
        .containsEntry("anthropic-version", "2023-06-01")
        .containsEntry("content-type", "application/json")
        .containsEntry("accept", "text/event-stream");
    assertThat(request.body())
        .hasToString(
            "{\"model\":\"claude-test\",\"max_tokens\":1024,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"stream\":true}");
  }

  @Test
  void systemToolsAndEffortAreSentAsTheyAre() throws Exception {
    var system = Json.arr(Json.obj("type", "text", "text", "Be brief. äöü 🦆"));
    var tools = Json.arr(Json.obj("name", "bash", "input_schema", Json.obj("type", "object")));
    server.says("Hi");
    model.answer(
        new Prompt("m", 9, Optional.of("high"), system, tools, HELLO.messages()), Listener.DEAF);

    var body = server.request(1).body();
    assertThat(body.get("system")).contains(system);
    assertThat(body.get("tools")).contains(tools);
    assertThat(body.get("output_config")).contains(Json.obj("effort", "high"));
    assertThat(body.get("tool_choice")).isEmpty();
  }

  @Test
  void toolsCanBeShownThatMayNotBeCalled() throws Exception {
    var tools = Json.arr(Json.obj("name", "bash", "input_schema", Json.obj("type", "object")));
    server.says("Hi");
    model.answer(
        new Prompt("m", 9, Optional.empty(), Json.arr(), tools, HELLO.messages()).withoutCalls(),
        Listener.DEAF);
    assertThat(server.request(1).body().get("tool_choice")).contains(Json.obj("type", "none"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proxy/anthropic", "/proxy/anthropic/", "/proxy/anthropic//"})
  void aBaseUrlMayHaveAPathAndASlashAtItsEnd(String path) throws Exception {
    server.says("Hi");
    try (var behind = at(server.uri() + path, new ApiKey(KEY))) {
      assertThat(behind.answer(HELLO, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    }
    assertThat(server.request(1).path()).isEqualTo("/proxy/anthropic/v1/messages");
  }

  @Test
  void withoutAKeyNoKeyIsSent() throws Exception {
    server.says("Hi");
    try (var open = at(server.uri().toString(), ApiKey.NONE)) {
      open.answer(HELLO, Listener.DEAF);
    }
    assertThat(server.request(1).headers()).doesNotContainKeys("x-api-key", "authorization");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://host", "host:80", "/v1", "http://u:p@host", "http://h#x"})
  void aBaseUrlThatIsNoneIsRefused(String base) {
    assertThatThrownBy(() -> at(base, ApiKey.NONE)).isInstanceOf(Problem.class);
  }

  @Test
  void aKeyShowsItselfToNobody() {
    assertThat(new ApiKey(KEY).toString()).doesNotContain("4711");
    assertThatThrownBy(() -> new ApiKey("sk-4711\nx-evil: 1"))
        .isInstanceOf(Problem.class)
        .hasMessageNotContaining("4711");
    assertThat(new ApiKey(KEY + "\n").reveal()).isEqualTo(KEY);
  }

  private static MessagesModel at(String base, ApiKey key) {
    return new MessagesModel(URI.create(base), key, Timeouts.DEFAULT, InstantSource.fixed(NOW));
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8000, sk-k1, 'authorization, x-api-key'",
    "https://api.anthropic.com, sk-k1, x-api-key",
    "https://API.Anthropic.com/v1, sk-k1, x-api-key",
    "https://api.anthropic.com.example.net, sk-k1, 'authorization, x-api-key'",
    "https://r.services.ai.azure.com/anthropic, sk-k1, 'api-key, x-api-key'",
    "https://r.services.ai.azure.com/anthropic, eyJh.eyJz.x, authorization",
    "https://gateway.example.net/anthropic, eyJh.eyJz.x, 'authorization, x-api-key'",
  })
  void theKeyGoesInTheHeadersThatTheServerReads(URI base, String key, String names) {
    var headers = MessagesModel.headers(ModelAddress.messages(base), new ApiKey(key));
    var expected = new TreeSet<>(List.of(names.split(", ")));
    expected.add("anthropic-version");
    assertThat(new TreeSet<>(headers.keySet())).isEqualTo(expected);
    assertThat(headers.values())
        .allMatch(value -> value.contains(key) || value.equals("2023-06-01"));
  }

  @Test
  void aServerThatReadsABearersKeyAloneAnswers() throws Exception {
    server.otherwise(
        request ->
            ("Bearer " + KEY).equals(request.headers().get("authorization"))
                ? Script.reply().text("Hi")
                : Script.status(401));
    assertThat(model.answer(HELLO, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
  }
}
