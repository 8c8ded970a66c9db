package dev.drover.model.anthropic;

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
import org.junit.jupiter.api.AfterEach;

/// The fuzz of the Messages wire.
final class MessagesFuzzTest extends WireFuzz {
  private final MessagesModel model =
      new MessagesModel(
          URI.create("http://127.0.0.1:1"),
          ApiKey.NONE,
          Timeouts.DEFAULT,
          InstantSource.fixed(Instant.EPOCH));

  @AfterEach
  void close() {
    model.close();
  }

  @Override
  protected Supplier<ReplyBuilder> replies() {
    return model.replies(MessagesWireCase.PROMPT, DEAF);
  }

  @Override
  protected List<String> reply(Random random) {
    var events = new ArrayList<String>();
    events.add(MessagesWireCase.START);
    int index = 0;
    if (random.nextInt(3) == 0) {
      var start = Json.obj("type", "thinking", "thinking", "", "signature", "");
      block(index++, start, "thinking_delta", "thinking", "Let me think 🦆", events, random);
    }
    int calls = random.nextInt(4);
    if (calls == 0 || random.nextBoolean()) {
      var start = Json.obj("type", "text", "text", "");
      block(index++, start, "text_delta", "text", pick(TEXTS, random), events, random);
    }
    for (int i = 0; i < calls; i++) {
      var name = pick(List.of("bash", "read"), random);
      var start = Json.obj("type", "tool_use", "id", "t" + i, "name", name, "input", Json.EMPTY);
      var input = pick(INPUTS, random);
      block(index++, start, "input_json_delta", "partial_json", input, events, random);
    }
    var delta = Json.obj("stop_reason", calls > 0 ? "tool_use" : "end_turn");
    events.add(
        event(
            Json.obj(
                "type", "message_delta", "delta", delta, "usage", Json.obj("output_tokens", 3))));
    if (random.nextInt(4) > 0) {
      events.add(event(Json.obj("type", "message_stop")));
    }
    return events;
  }

  private static void block(
      int index,
      Json.Obj start,
      String type,
      String key,
      String text,
      List<String> events,
      Random random) {
    events.add(
        event(Json.obj("type", "content_block_start", "index", index, "content_block", start)));
    for (var piece : pieces(text, random)) {
      var delta = Json.obj("type", type, key, piece);
      events.add(event(Json.obj("type", "content_block_delta", "index", index, "delta", delta)));
    }
    events.add(event(Json.obj("type", "content_block_stop", "index", index)));
  }

  private static String event(Json.Obj body) {
    return "event: " + body.text("type") + "\ndata: " + body + "\n\n";
  }
}
