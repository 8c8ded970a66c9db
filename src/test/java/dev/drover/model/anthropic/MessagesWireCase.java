package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.FakeBody;
import dev.drover.model.http.ReplyBuilder;
import dev.drover.model.http.Timeouts;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// The Messages wire's reading of bodies, without a server.
abstract class MessagesWireCase {
  static final String START =
      event(
          "{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"content\":"
              + "[],\"stop_reason\":null,\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}");
  static final String STOP = event("{\"type\":\"message_stop\"}");
  static final String DONE = "data: [DONE]\n\n";

  static final Prompt PROMPT =
      new Prompt(
          "m",
          100,
          Optional.empty(),
          Json.arr(),
          Json.arr(Json.obj("name", "bash"), Json.obj("name", "read"), Json.obj("name", " odd ")),
          Json.arr(Json.obj("role", "user", "content", "Hi")));

  private static MessagesModel model;

  @BeforeAll
  static void start() {
    model =
        new MessagesModel(
            URI.create("http://127.0.0.1:1"),
            ApiKey.NONE,
            Timeouts.DEFAULT,
            InstantSource.fixed(Instant.EPOCH));
  }

  @AfterAll
  static void stop() {
    model.close();
  }

  static Supplier<ReplyBuilder> replies(Listener listener) {
    return model.replies(PROMPT, listener);
  }

  static String event(String body) {
    return "data: " + body + "\n\n";
  }

  static String reason(String reason) {
    return event("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" + reason + "\"}}");
  }

  /// Events shortly: `+` begins a block, `-` stops one, anything else is a delta: text in quotes,
  /// thoughts in parentheses, input as it is. A number before it is the index.
  static String events(String... shorts) {
    var all = new StringBuilder();
    for (var one : shorts) {
      boolean numbered = Character.isDigit(one.charAt(0));
      var rest = numbered ? one.substring(1) : one;
      var event =
          switch (rest.charAt(0)) {
            case '+' ->
                Json.obj("type", "content_block_start", "content_block", begun(rest.substring(1)));
            case '-' -> Json.obj("type", "content_block_stop");
            default -> Json.obj("type", "content_block_delta", "delta", delta(rest));
          };
      all.append(event((numbered ? event.with("index", one.charAt(0) - '0') : event).toString()));
    }
    return all.toString();
  }

  private static Json.Obj begun(String what) {
    return switch (what) {
      case "text" -> Json.obj("type", "text", "text", "");
      case "thinking" -> Json.obj("type", "thinking", "thinking", "");
      default -> Json.obj("type", "tool_use", "id", "t", "name", what, "input", Json.EMPTY);
    };
  }

  private static Json.Obj delta(String rest) {
    var inner = rest.substring(1, rest.length() - 1);
    return switch (rest.charAt(0)) {
      case '\'' -> Json.obj("type", "text_delta", "text", inner);
      case '(' -> Json.obj("type", "thinking_delta", "thinking", inner);
      default -> Json.obj("type", "input_json_delta", "partial_json", rest.replace('\'', '"'));
    };
  }

  static Answer answer(String stream) throws InterruptedException {
    return FakeBody.stream(stream).read(replies(Listener.DEAF));
  }

  static Answer.Reply reply(String stream) throws InterruptedException {
    return switch (answer(stream)) {
      case Answer.Reply reply -> reply;
      case Answer.Failure failure -> throw new AssertionError(failure.toString());
    };
  }

  /// The blocks of a reply, shortly: a text as itself, a thought in parentheses, a call as its name
  /// and input.
  static String shown(Answer.Reply reply) {
    return reply.content().items().stream()
        .map(block -> (Json.Obj) block)
        .map(
            block ->
                switch (String.valueOf(block.text("type"))) {
                  case "text" -> block.text("text");
                  case "thinking" -> "(" + block.text("thinking") + ")";
                  default -> block.text("name") + block.object("input");
                })
        .collect(Collectors.joining(" "));
  }
}
