package dev.drover.model.openai;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.ReplyBuilder;
import dev.drover.model.http.Timeouts;
import dev.drover.model.http.WireFuzz;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/// The fuzz of the chat wire.
final class ChatFuzzTest extends WireFuzz {
  private final ChatModel model =
      new ChatModel(
          URI.create("http://127.0.0.1:1"),
          ApiKey.NONE,
          Timeouts.DEFAULT,
          InstantSource.fixed(Instant.EPOCH),
          new Ids(new Random(3)));

  @AfterEach
  void close() {
    model.close();
  }

  @Override
  protected Supplier<ReplyBuilder> replies() {
    return model.replies(ChatWireCase.PROMPT, DEAF);
  }

  @Override
  protected List<String> reply(Random random) {
    var deltas = new ArrayList<Json.Obj>();
    if (random.nextInt(3) == 0) {
      for (var piece : pieces("Let me think 🦆", random)) {
        deltas.add(Json.obj("reasoning_content", piece));
      }
    }
    int calls = random.nextInt(4);
    if (calls == 0 || random.nextBoolean()) {
      for (var piece : pieces(pick(TEXTS, random), random)) {
        boolean parts = random.nextInt(5) == 0;
        deltas.add(
            Json.obj("content", parts ? List.of(Json.obj("type", "text", "text", piece)) : piece));
      }
    }
    for (int i = 0; i < calls; i++) {
      var function = Json.obj("name", pick(List.of("bash", "read"), random), "arguments", "");
      deltas.add(
          call(Json.obj("index", i, "id", "c" + i, "type", "function", "function", function)));
      for (var piece : pieces(pick(INPUTS, random), random)) {
        deltas.add(call(Json.obj("index", i, "function", Json.obj("arguments", piece))));
      }
    }
    var events = new ArrayList<String>();
    deltas.forEach(delta -> events.add(chunk(delta, null)));
    events.add(chunk(Json.EMPTY, calls > 0 ? "tool_calls" : "stop"));
    if (random.nextBoolean()) {
      var usage = Json.obj("prompt_tokens", 9, "completion_tokens", 3);
      events.add("data: " + Json.obj("choices", List.of(), "usage", usage) + "\n\n");
    }
    if (random.nextInt(4) > 0) {
      events.add("data: [DONE]\n\n");
    }
    return events;
  }

  private static Json.Obj call(Json.Obj call) {
    return Json.obj("tool_calls", List.of(call));
  }

  private static String chunk(Json.Obj delta, @Nullable String reason) {
    var choice = Json.obj("index", 0, "delta", delta, "finish_reason", reason);
    return "data: " + Json.obj("id", "x", "choices", List.of(choice)) + "\n\n";
  }
}
