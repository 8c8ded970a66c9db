package dev.drover.model.openai;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Answer.Lost;
import dev.drover.model.Kept;
import dev.drover.model.Listener;
import dev.drover.model.http.BrokenStream;
import dev.drover.model.http.CallInput;
import dev.drover.model.http.ReplyApi;
import dev.drover.model.http.ReplyBuilder;
import dev.drover.model.http.ReplyEvents.ReplyEvent;
import dev.drover.model.http.Stop;
import dev.drover.model.http.TextPieces;
import dev.drover.model.http.TokenCount;
import dev.drover.session.ModelUsage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Builds one reply from the chunks of one stream: the thinking, one text and the tool calls, in
/// the order in which they began.
final class ChatReply implements ReplyBuilder {
  private final Listener listener;
  private final Ids ids;
  private final String model;
  private final TextPieces text = new TextPieces();
  private final StringBuilder refusal = new StringBuilder();
  private final Reasoning reasoning = new Reasoning();
  private final ToolNames names;
  private final Calls calls;

  /// The parts in the order in which they began: a [Call], the text, or the reasoning.
  private final List<Object> order = new ArrayList<>();

  /// The calls whose names are not known yet.
  private final List<Call> unnamed = new ArrayList<>();

  /// The parts that arrived in deltas before any message.
  private boolean hasText;

  private boolean hasCalls;
  private boolean hasMessage;
  private boolean hasNewCalls;
  private boolean begun;
  private @Nullable String finishReason;
  private ModelUsage usage = ModelUsage.NONE;

  /// @param ids the ids of calls that come without one
  /// @param model the model's name on its server
  /// @param names the names of the offered tools
  ChatReply(Listener listener, Ids ids, String model, ToolNames names) {
    this.listener = listener;
    this.ids = ids;
    this.model = model;
    this.names = names;
    this.calls = new Calls(names.sent());
  }

  /// Always false: the usage may follow all else.
  @Override
  public boolean isOver() {
    return false;
  }

  @Override
  public boolean isFinished() {
    return finishReason != null;
  }

  @Override
  public boolean isBegun() {
    return begun;
  }

  @Override
  public boolean isWhole() {
    var all = calls.complete();
    return !(text.isEmpty() && all.isEmpty())
        && !text.isHalf()
        && all.stream()
            .allMatch(
                call ->
                    !call.isBare()
                        && !call.name().isBlank()
                        && call.input() instanceof CallInput.Whole);
  }

  @Override
  public ReplyApi api() {
    return ReplyApi.CHAT;
  }

  @Override
  public String mark() {
    return "a finish_reason";
  }

  @Override
  public void accept(ReplyEvent event) throws BrokenStream {
    var chunk = event.body();
    count(chunk.object("usage"));
    for (var item : chunk.items("choices")) {
      if (item instanceof Json.Obj choice && choice.number("index", 0) == 0) {
        begun = true;
        change(choice);
        var reason = choice.text("finish_reason");
        if (finishReason == null && Stop.of(reason) != Stop.MISSING) {
          finishReason = reason;
        }
      }
    }
  }

  /// A server that does not stream sends a `message`, and one with the old API a `text`. A message
  /// after deltas repeats them, except for parts that they lacked.
  private void change(Json.Obj choice) throws BrokenStream {
    var delta = choice.object("delta");
    think(reasoning.accept(delta));
    content(delta.get("content").orElse(Json.NULL));
    refusal.append(Call.piece(delta, "refusal"));
    calls(delta);
    hasText |= !text.isEmpty() && !hasMessage;
    hasCalls |= !calls.all().isEmpty() && !hasMessage;
    var message = choice.object("message");
    if (!message.fields().isEmpty() || choice.text("text") != null) {
      hasMessage = true;
      message(message, choice.get("text").orElse(Json.NULL));
    }
  }

  private void message(Json.Obj message, Json plain) throws BrokenStream {
    if (!hasText) {
      think(reasoning.accept(message));
      content(message.get("content").orElse(plain));
      refusal.append(Call.piece(message, "refusal"));
    }
    if (!hasCalls) {
      calls(message);
    }
  }

  private void calls(Json.Obj holder) throws BrokenStream {
    var list = CallForms.of(holder);
    if (!hasNewCalls && !list.isEmpty()) {
      calls.forget(); // those in the old form: these are the same
    }
    hasNewCalls |= !list.isEmpty();
    call(list);
    // The form before `tool_calls`; some servers send both.
    if (!hasNewCalls && holder.get("function_call").orElse(Json.NULL) instanceof Json.Obj call) {
      call(List.of(Json.obj("function", call)));
    }
  }

  private void think(boolean first) {
    if (first) {
      begin(reasoning, "thinking");
    }
  }

  private void begin(Object part, String type) {
    listener.blockStarted(order.size(), type);
    order.add(part);
  }

  /// Adds a content: a text, or a list of parts, some of which are thinking.
  private void content(Json content) {
    switch (content) {
      case Json.Str(var said) -> say(said);
      case Json.Arr(var parts) -> parts.forEach(this::part);
      case Json.Obj part -> part(part);
      default -> {}
    }
  }

  private void part(Json json) {
    switch (json) {
      case Json.Str(var said) -> say(said);
      case Json.Obj part -> {
        switch (Call.piece(part, "type")) {
          case "thinking", "reasoning", "reasoning_text" ->
              think(
                  reasoning.say(
                      texts(part, "thinking")
                          + texts(part, "reasoning")
                          + texts(part, "text")
                          + texts(part, "summary")));
          case "refusal" -> refusal.append(Call.piece(part, "refusal"));
          default -> say(texts(part, "text"));
        }
      }
      default -> {}
    }
  }

  /// The text at `key`: a text, or a list of parts with a text each.
  private static String texts(Json.Obj part, String key) {
    var all = new StringBuilder(Call.piece(part, key));
    for (var item : part.items(key)) {
      all.append(item instanceof Json.Obj inner ? Call.piece(inner, "text") : "");
    }
    return all.toString();
  }

  private void say(String said) {
    if (said.isEmpty()) {
      return;
    }
    if (text.isEmpty()) {
      begin(text, "text");
    }
    var shown = text.add(said);
    if (!shown.isEmpty()) {
      listener.text(order.indexOf(text), shown);
    }
  }

  private void call(List<Json.Obj> list) throws BrokenStream {
    for (var call : calls.accept(list)) {
      begin(call, "tool_use");
      unnamed.add(call);
    }
    for (var call : List.copyOf(unnamed)) {
      var name = names.own(call.name());
      if (names.isOwn(name)) {
        listener.callStarted(order.indexOf(call), name);
        unnamed.remove(call);
      }
    }
  }

  /// Counts are running totals, so the last one is valid; many chunks have none. Cached tokens are
  /// included in the input here, but not in the Messages API.
  private void count(Json.Obj counts) {
    long input = TokenCount.of(counts, "prompt_tokens");
    long output = TokenCount.of(counts, "completion_tokens");
    long cached = TokenCount.of(counts.object("prompt_tokens_details"), "cached_tokens");
    if (input + output > 0) {
      cached = Math.min(cached, input);
      usage = new ModelUsage(input - cached, output, cached, 0);
    }
  }

  @Override
  public Answer reply() throws BrokenStream {
    return switch (Stop.of(finishReason)) {
      case REFUSED -> refused("the model server's content filter stopped the reply");
      case CUT -> reply(true, Lost.NOTHING);
      case FAILED -> throw new BrokenStream("the model server broke the reply off");
      case MALFORMED_CALL -> reply(false, Lost.MALFORMED_CALL);
      case MISSING, WHOLE ->
          refusal.isEmpty() ? reply(false, Lost.NOTHING) : refused(Json.paired(refusal.toString()));
    };
  }

  private Answer refused(String why) {
    var content = new ArrayList<Json>();
    for (var part : order) {
      if (!(part instanceof Call)) {
        content.add(block(part));
      }
    }
    return new Answer.Reply(
        new Json.Arr(content),
        "refusal",
        Json.obj("type", "refusal", "category", null, "explanation", why),
        usage);
  }

  /// @param cut whether the limit cut the reply off; an incomplete call is then left out
  private Answer reply(boolean cut, Lost already) {
    var content = new ArrayList<Json>();
    var unreadable = new HashMap<Integer, String>();
    var used = new HashSet<String>();
    var lost = already;
    var all = calls.complete();
    boolean called = false;
    for (var part : order) {
      if (!(part instanceof Call call)) {
        content.add(block(part));
      } else if (all.contains(call)) {
        boolean last = call == all.getLast();
        var input = call.input();
        if (cut && isCut(call, input, last)) {
          lost = Lost.CUT_CALL;
        } else if (call.name().isBlank()) {
          lost = Lost.MALFORMED_CALL;
        } else {
          called = true;
          content.add(use(call, input, used, unreadable, content.size()));
        }
      }
    }
    if (!called && lost == Lost.NOTHING && Stop.isCall(finishReason)) {
      lost = Lost.MALFORMED_CALL;
    }
    return new Answer.Reply(
        new Json.Arr(content),
        cut ? "max_tokens" : called ? "tool_use" : "end_turn",
        Json.EMPTY,
        usage,
        new Answer.Flaws(unreadable, lost));
  }

  /// Whether a call was cut off. A call that was cut before its first piece of input looks like one
  /// without input.
  private static boolean isCut(Call call, CallInput input, boolean last) {
    return switch (input) {
      case CallInput.Unreadable(_, var early) -> early || last;
      case CallInput.Whole _ -> last && (call.isBare() || call.name().isBlank());
    };
  }

  private Json use(
      Call call, CallInput input, Set<String> used, Map<Integer, String> unreadable, int index) {
    var object =
        switch (input) {
          case CallInput.Whole(var whole) -> whole;
          case CallInput.Unreadable(var why, _) -> {
            unreadable.put(index, why);
            yield Json.EMPTY;
          }
        };
    var block =
        Json.obj(
            "type",
            "tool_use",
            "id",
            id(call, used),
            "name",
            names.own(call.name()),
            "input",
            object);
    return Json.paired(Kept.in(block, model, call.more()));
  }

  /// The text, or the reasoning.
  private Json block(Object part) {
    return part == text
        ? Json.obj("type", "text", "text", text.toString())
        : Json.paired(
            Kept.in(
                Json.obj("type", "thinking", "thinking", reasoning.text()),
                model,
                reasoning.kept()));
  }

  /// The id of a call. Some servers give no ids, or the same one to all calls.
  private String id(Call call, Set<String> used) {
    return !call.id().isEmpty() && used.add(call.id()) ? call.id() : ids.next("call_");
  }
}
