package dev.drover.model.openai;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.http.Broken;
import dev.drover.session.ModelUsage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes one reply of the chunks of one stream: one text and the tool calls. What the model thought
/// (`reasoning_content`) is not kept: it has no signature, and no server takes it back.
final class ChatReply {
  /// Most tool calls of one reply.
  static final int MAX_CALLS = 1_000;

  private final Listener listener;
  private final Ids ids;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder refusal = new StringBuilder();
  private final List<Call> calls = new ArrayList<>();

  /// How many calls had begun when the text did.
  private int callsBeforeText;

  private @Nullable String finishReason;
  private ModelUsage usage = ModelUsage.NONE;

  ChatReply(Listener listener, Ids ids) {
    this.listener = listener;
    this.ids = ids;
  }

  /// Whether the server has said that the reply is over; only its usage may still come.
  boolean isFinished() {
    return finishReason != null;
  }

  void accept(Json.Obj chunk) throws Broken {
    count(chunk.object("usage"));
    for (var item : chunk.items("choices")) {
      if (item instanceof Json.Obj choice && choice.number("index", 0) == 0) {
        change(choice.object("delta"));
        var reason = choice.text("finish_reason");
        if (reason != null && !reason.isEmpty() && finishReason == null) {
          finishReason = reason;
        }
      }
    }
  }

  private void change(Json.Obj delta) throws Broken {
    var said = delta.text("content");
    if (said != null && !said.isEmpty()) {
      if (text.isEmpty()) {
        callsBeforeText = calls.size();
        listener.blockStarted(callsBeforeText, "text");
      }
      text.append(said);
      listener.text(callsBeforeText, said);
    }
    var refused = delta.text("refusal");
    if (refused != null) {
      refusal.append(refused);
    }
    for (var item : delta.items("tool_calls")) {
      if (item instanceof Json.Obj call) {
        call(call);
      }
    }
  }

  private void call(Json.Obj delta) throws Broken {
    long number = delta.number("index", -1);
    for (var call : calls.reversed()) {
      if (call.isContinuedBy(number, delta)) {
        call.apply(delta);
        return;
      }
    }
    if (calls.size() == MAX_CALLS) {
      throw new Broken("the reply has more than " + MAX_CALLS + " tool calls");
    }
    var call = new Call(number);
    call.apply(delta);
    listener.blockStarted(calls.size() + (text.isEmpty() ? 0 : 1), "tool_use");
    calls.add(call);
  }

  /// Counts are totals so far, so the last count; many chunks have none. What was read from a cache
  /// is counted among the input there, and beside it in the Messages API.
  private void count(Json.Obj counts) {
    long input = Math.max(0, counts.number("prompt_tokens", 0));
    long output = Math.max(0, counts.number("completion_tokens", 0));
    long cached = counts.object("prompt_tokens_details").number("cached_tokens", 0);
    if (input + output > 0) {
      cached = Math.clamp(cached, 0, input);
      usage = new ModelUsage(input - cached, output, cached, 0);
    }
  }

  /// The reply, once it is finished.
  ///
  /// @throws Broken if a call of it cannot be carried out
  Answer whole() throws Broken {
    return switch (finishReason) {
      case "content_filter" -> refused("the model server's content filter stopped the reply");
      case "length" -> reply("max_tokens", true);
      case "error", "abort" -> throw new Broken("the model server broke the reply off");
      case null, default ->
          refusal.isEmpty()
              ? reply(calls.isEmpty() ? "end_turn" : "tool_use", false)
              : refused(refusal.toString());
    };
  }

  private Answer refused(String why) {
    var content = new ArrayList<Json>();
    addText(content);
    return new Answer.Reply(
        new Json.Arr(content),
        "refusal",
        Json.obj("type", "refusal", "category", null, "explanation", why),
        usage);
  }

  private Answer reply(String stopReason, boolean cut) throws Broken {
    var content = new ArrayList<Json>();
    var used = new HashSet<String>();
    for (var call : calls) {
      var input = call.input();
      boolean last = call == calls.getLast();
      if (input.isEmpty() && !cut) {
        throw new Broken("the input of a tool call is not a JSON object");
      }
      if (call.name().isEmpty() && !cut) {
        throw new Broken("the model server sent a tool call without a name");
      }
      // A call that was cut before its first piece of input looks like one that needs none.
      boolean unfinished =
          input.isEmpty() || call.name().isEmpty() || (cut && last && call.isBare());
      if (!unfinished) {
        content.add(
            Json.obj(
                "type",
                "tool_use",
                "id",
                id(call, used),
                "name",
                call.name(),
                "input",
                input.get()));
      }
    }
    addText(content);
    return new Answer.Reply(new Json.Arr(content), stopReason, Json.EMPTY, usage);
  }

  private void addText(List<Json> content) {
    if (!text.isEmpty()) {
      content.add(
          Math.min(callsBeforeText, content.size()),
          Json.obj("type", "text", "text", text.toString()));
    }
  }

  /// Some servers name no call, or all of them alike.
  private String id(Call call, Set<String> used) {
    return !call.id().isEmpty() && used.add(call.id()) ? call.id() : ids.next("call_");
  }
}
