package dev.drover.model.openai;

import dev.drover.base.Ids;
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
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// The chat wire's reading of bodies, without a server.
abstract class ChatWireCase {
  static final Prompt PROMPT =
      new Prompt(
          "m",
          100,
          Optional.empty(),
          Json.arr(),
          Json.arr(Json.obj("name", "bash"), Json.obj("name", "read"), Json.obj("name", "now")),
          Json.arr(Json.obj("role", "user", "content", "Hi")));

  private static ChatModel model;

  @BeforeAll
  static void start() {
    model =
        new ChatModel(
            URI.create("http://127.0.0.1:1"),
            ApiKey.NONE,
            Timeouts.DEFAULT,
            InstantSource.fixed(Instant.EPOCH),
            new Ids(new Random(3)));
  }

  @AfterAll
  static void stop() {
    model.close();
  }

  static Supplier<ReplyBuilder> replies(Listener listener) {
    return model.replies(PROMPT, listener);
  }

  /// A stream of these choices, without any end of its own.
  static String choices(String... choices) {
    return Arrays.stream(choices)
        .map(choice -> "data: {\"choices\":[" + choice + "]}\n\n")
        .collect(Collectors.joining());
  }

  /// A stream of these deltas, without any end of its own.
  static String deltas(String... deltas) {
    return choices(
        Arrays.stream(deltas)
            .map(delta -> "{\"index\":0,\"delta\":" + delta + "}")
            .toArray(String[]::new));
  }

  static final String STOP = choices("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}");
  static final String DONE = "data: [DONE]\n\n";

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
