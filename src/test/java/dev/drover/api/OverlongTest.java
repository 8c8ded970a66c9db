package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The longest values that are taken, and what one character more is told.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OverlongTest {
  private Api api;
  private int texts;

  @BeforeAll
  void start() {
    api = new Api();
  }

  @AfterAll
  void stop() {
    api.close();
  }

  /// One text of a request.
  ///
  /// @param body `%s` where the text goes; `AGENT`, `ENVIRONMENT` and `NAME` are filled in
  /// @param path `AGENT`, `ENVIRONMENT` or `SESSION` stand for one that is there
  /// @param refusal what a text is told that is longer by one
  record Text(String path, String body, int max, String refusal) {
    static Text of(String path, String body, int max, String refusal) {
      return new Text(path, body, max, refusal);
    }
  }

  static Stream<Text> texts() {
    return Stream.concat(catalog(), sessions());
  }

  private static Stream<Text> catalog() {
    String model = ",\"model\":\"rehearsal\"}";
    String name = "name: must have 1 to 256 characters";
    String description = "description: must have at most 2048 characters";
    String system = "system: must have at most 100000 characters";
    String value = "metadata: the value of k must have at most 512 characters";
    String key = "metadata: keys must have 1 to 64 characters";
    return Stream.of(
        Text.of("/v1/agents", "{\"name\":\"%s\"" + model, 256, name),
        Text.of("/v1/agents", "{\"name\":\"a\",\"description\":\"%s\"" + model, 2048, description),
        Text.of("/v1/agents", "{\"name\":\"a\",\"system\":\"%s\"" + model, 100_000, system),
        Text.of("/v1/agents", "{\"name\":\"a\",\"metadata\":{\"k\":\"%s\"}" + model, 512, value),
        Text.of("/v1/agents", "{\"name\":\"a\",\"metadata\":{\"%s\":\"v\"}" + model, 64, key),
        Text.of("/v1/agents/AGENT", "{\"name\":\"%s\"}", 256, name),
        Text.of("/v1/agents/AGENT", "{\"description\":\"%s\"}", 2048, description),
        Text.of("/v1/agents/AGENT", "{\"system\":\"%s\"}", 100_000, system),
        Text.of("/v1/agents/AGENT", "{\"metadata\":{\"k\":\"%s\"}}", 512, value),
        Text.of("/v1/environments", "{\"name\":\"%s\"}", 256, name),
        Text.of("/v1/environments/ENVIRONMENT", "{\"name\":\"%s\"}", 256, name),
        Text.of("/v1/environments/ENVIRONMENT", "{\"metadata\":{\"k\":\"%s\"}}", 512, value),
        Text.of("/v1/environments", "{\"name\":\"NAME\",\"metadata\":{\"%s\":\"v\"}}", 64, key));
  }

  private static Stream<Text> sessions() {
    String origin = "{\"agent\":\"AGENT\",\"environment_id\":\"ENVIRONMENT\",";
    String title = "title: must have at most 256 characters";
    String value = "metadata: the value of k must have at most 512 characters";
    return Stream.of(
        Text.of("/v1/sessions", origin + "\"title\":\"%s\"}", 256, title),
        Text.of("/v1/sessions", origin + "\"metadata\":{\"k\":\"%s\"}}", 512, value),
        Text.of("SESSION", "{\"title\":\"%s\"}", 256, title),
        Text.of("SESSION", "{\"metadata\":{\"k\":\"%s\"}}", 512, value),
        Text.of(
            "SESSION",
            "{\"metadata\":{\"%s\":\"v\"}}",
            64,
            "metadata: keys must have 1 to 64 characters"),
        Text.of(
            "SESSION",
            "{\"agent\":{\"tools\":[{\"type\":\"custom\",\"name\":\"%s\",\"description\":\"d\","
                + "\"input_schema\":{\"type\":\"object\"}}]}}",
            128,
            "agent.tools.0.name: must have 1 to 128 characters"),
        Text.of(
            "SESSION/events",
            "{\"events\":[{\"type\":\"user.message\",\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}]}",
            4_000_000,
            "events.0.content.0.text: must have 1 to 4000000 characters"));
  }

  private String filled(String text, String agent) throws Exception {
    var filled = text.replace("AGENT", agent);
    if (text.contains("ENVIRONMENT")) {
      filled = filled.replace("ENVIRONMENT", api.environment());
    }
    if (text.contains("SESSION")) {
      filled = filled.replace("SESSION", api.session());
    }
    return filled.replace("NAME", agent);
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aTextIsTakenUpToItsBoundAndNotBeyond(Text text) throws Exception {
    var agent = api.agent();
    var path = filled(text.path(), agent);
    var body = filled(text.body(), agent);
    var over = api.post(path, body.formatted("x".repeat(text.max() + 1)));
    assertThat(over.status()).isEqualTo(400);
    assertThat(over.error()).isEqualTo("invalid_request_error: " + text.refusal());
    // Characters are code points, not bytes and not halves of a pair.
    var wide = text.body().contains("\"custom\"") ? "x" : "𝄞";
    var last = Character.toString('a' + texts++); // environments' names are theirs alone
    var just = api.post(path, body.formatted(wide.repeat(text.max() - 1) + last));
    assertThat(just.status()).as("%s", just.body().object("error")).isEqualTo(200);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void aDenialMayBeLongButNotEndless(int length, String message) throws Exception {
    var session = api.session();
    var event =
        Json.obj(
            "type",
            "user.tool_confirmation",
            "tool_use_id",
            "sevt_01none",
            "result",
            "deny",
            "deny_message",
            "x".repeat(length));
    assertThat(
            api.post(session + "/events", Json.obj("events", Json.arr(event)).toString()).error())
        .isEqualTo("invalid_request_error: " + message);
  }

  static Stream<Object[]> answers() {
    return Stream.of(
        new Object[] {
          100_000, "events.0.tool_use_id: no tool use sevt_01none is waiting for a confirmation"
        },
        new Object[] {100_001, "events.0.deny_message: must have at most 100000 characters"});
  }
}
