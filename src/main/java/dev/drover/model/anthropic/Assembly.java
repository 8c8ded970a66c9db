package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.http.Broken;
import dev.drover.model.http.EventStream;
import dev.drover.model.http.Failures;
import dev.drover.session.ModelUsage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes one reply of the events of one stream. Blocks keep the order in which they began, whatever
/// the server numbers them.
final class Assembly {
  /// Most blocks of one reply.
  static final int MAX_BLOCKS = 10_000;

  /// Reasons to stop in the middle of a block.
  private static final Set<String> CUT =
      Set.of("max_tokens", "model_context_window_exceeded", "refusal");

  private record Placed(int index, Block block) {}

  private final Listener listener;
  private final Failures failures;
  private final Map<Long, Placed> byNumber = new HashMap<>();
  private final List<Block> blocks = new ArrayList<>();
  private @Nullable String stopReason;
  private Json.Obj stopDetails = Json.EMPTY;
  private ModelUsage usage = ModelUsage.NONE;

  Assembly(Listener listener, Failures failures) {
    this.listener = listener;
    this.failures = failures;
  }

  /// Takes the next event in. The answer, once there is one.
  Optional<Answer> accept(EventStream.ServerEvent event) throws Broken {
    var body = event.json();
    var given = body.text("type");
    switch (given == null ? event.name() : given) {
      case "message_start" -> count(body.object("message").object("usage"));
      case "content_block_start" -> begin(body);
      case "content_block_delta" -> change(body);
      case "message_delta" -> close(body);
      case "message_stop" -> {
        return Optional.of(reply());
      }
      case "error" -> {
        return Optional.of(failures.inStream(body));
      }
      // content_block_stop says nothing that message_stop does not; ping and what is newer than
      // this client is skipped.
      default -> {}
    }
    return Optional.empty();
  }

  private void begin(Json.Obj body) throws Broken {
    if (!(body.get("content_block").orElse(Json.NULL) instanceof Json.Obj start)) {
      throw new Broken("the model server began a content block without a block");
    }
    if (blocks.size() == MAX_BLOCKS) {
      throw new Broken("the reply has more than " + MAX_BLOCKS + " content blocks");
    }
    var block = new Block(start);
    var placed = new Placed(blocks.size(), block);
    if (byNumber.putIfAbsent(number(body), placed) != null) {
      throw new Broken("the model server began a content block twice");
    }
    blocks.add(block);
    listener.blockStarted(placed.index, block.type());
    tell(placed, start);
  }

  private void change(Json.Obj body) throws Broken {
    var placed = byNumber.get(number(body));
    if (placed == null) {
      throw new Broken("the model server continued a content block that it never began");
    }
    var delta = body.object("delta");
    placed.block.apply(delta);
    if ("text_delta".equals(delta.text("type"))) {
      tell(placed, delta);
    }
  }

  private static long number(Json.Obj body) {
    return body.number("index", -1);
  }

  private void tell(Placed placed, Json.Obj holder) {
    var text = Block.piece(holder, "text");
    if (placed.block.type().equals("text") && !text.isEmpty()) {
      listener.text(placed.index, text);
    }
  }

  private void close(Json.Obj body) {
    var delta = body.object("delta");
    var reason = delta.text("stop_reason");
    if (reason != null) {
      stopReason = reason;
    }
    if (delta.get("stop_details").orElse(Json.NULL) instanceof Json.Obj details) {
      stopDetails = details;
    }
    count(body.object("usage"));
  }

  /// The counts of one stream are totals so far. Servers differ in where they give which, and some
  /// fill the gaps with 0; so the greatest is the right one.
  private void count(Json.Obj counts) {
    usage =
        new ModelUsage(
            Math.max(usage.inputTokens(), counts.number("input_tokens", 0)),
            Math.max(usage.outputTokens(), counts.number("output_tokens", 0)),
            Math.max(usage.cacheReadTokens(), counts.number("cache_read_input_tokens", 0)),
            Math.max(usage.cacheCreationTokens(), counts.number("cache_creation_input_tokens", 0)));
  }

  private Answer reply() throws Broken {
    if (stopReason == null) {
      throw new Broken("the model server ended a reply without a stop_reason");
    }
    boolean cut = CUT.contains(stopReason);
    var content = new ArrayList<Json>();
    for (int i = 0; i < blocks.size(); i++) {
      var block = blocks.get(i);
      boolean last = i == blocks.size() - 1;
      var whole = block.whole();
      if (whole.isEmpty() && !cut) {
        throw new Broken("the input of a tool call is not a JSON object");
      }
      // A call that was cut before its first piece of input looks like one that needs none.
      boolean unfinished = whole.isEmpty() || (cut && last && block.isBareCall());
      if (!unfinished) {
        content.add(whole.get());
      }
    }
    return new Answer.Reply(new Json.Arr(content), stopReason, stopDetails, usage);
  }
}
