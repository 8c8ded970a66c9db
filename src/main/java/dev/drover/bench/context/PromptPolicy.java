package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// A common way to keep a conversation within a limit, to compare with. It plays a scripted session
/// without a harness. One thread.
final class PromptPolicy {
  private static final Json.Obj MARK = Json.obj("type", "ephemeral");
  private static final String STUB = "[result left out]";

  /// The number of results that clearing spares.
  private static final int SPARED = 3;

  private final Way way;
  private final long limit;
  private final ScriptedSession script;
  private final ScriptedAgent agent;
  private final CachingModel model;
  private final Json.Arr system;
  private final Json.Arr tools;
  private final List<Json.Obj> messages = new ArrayList<>();
  private long tokens;
  private int cleared;

  /// The ways.
  enum Way {
    /// Everything is sent.
    FULL,
    /// The oldest rounds are left out, with each request as many as necessary.
    SLIDING,
    /// The oldest rounds are left out, half of the limit at once.
    HALVING,
    /// The oldest results are replaced by stubs.
    CLEARING
  }

  /// @param limit the size above which something is left out, in tokens
  PromptPolicy(Way way, long limit, ScriptedSession script, CachingModel.Server server) {
    this.way = way;
    this.limit = limit;
    this.script = script;
    agent = new ScriptedAgent(script);
    model = agent.on(server);
    system =
        Json.arr(
            ScriptedAgent.text(ScriptedSession.system(script.size().fixed()))
                .with("cache_control", MARK));
    tools = Json.arr(ScriptedTool.DEFINITION);
    tokens = fixed();
  }

  private long fixed() {
    return size(system, model::tokens) + size(tools, model::tokens);
  }

  private static long size(Json.Arr blocks, ToLongFunction<Json.Obj> count) {
    return blocks.items().stream().mapToLong(block -> count.applyAsLong((Json.Obj) block)).sum();
  }

  /// Plays the script to its end.
  void play() {
    for (int turn = 0; turn < script.size().turns(); turn++) {
      agent.begin();
      add("user", Json.arr(ScriptedAgent.text(script.message(turn))));
      while (goesOn()) {
        // the next step of the turn
      }
    }
  }

  /// One request and its results; false at the end of the turn.
  private boolean goesOn() {
    shorten();
    var prompt = new Prompt(CachingModel.ID, 1, Optional.empty(), system, tools, marked());
    if (!(model.answer(prompt, Listener.DEAF) instanceof Answer.Reply reply)) {
      throw new IllegalStateException("refused: " + model.requests().getLast().fault());
    }
    add("assistant", reply.content());
    var results = new ArrayList<Json>();
    for (var item : reply.content().items()) {
      if (item instanceof Json.Obj use && "tool_use".equals(use.text("type"))) {
        var result = script.result((int) use.object("input").number("step", 0));
        results.add(
            Json.obj(
                "type",
                "tool_result",
                "tool_use_id",
                use.text("id"),
                "content",
                result.content(),
                "is_error",
                result.isError()));
      }
    }
    if (!results.isEmpty()) {
      add("user", new Json.Arr(results));
    }
    return !results.isEmpty();
  }

  private void add(String role, Json.Arr content) {
    messages.add(Json.obj("role", role, "content", content));
    tokens += size(content, model::tokens);
  }

  private void shorten() {
    if (way == Way.FULL || tokens <= limit) {
      return;
    }
    if (way == Way.CLEARING) {
      clear();
    } else {
      drop(way == Way.SLIDING ? limit : limit / 2);
    }
    tokens = fixed();
    messages.forEach(message -> tokens += size(content(message), model::tokens));
  }

  /// Replaces all results but the newest ones. What is left of the thinking would be refused.
  private void clear() {
    int end = messages.size() - 2 * SPARED;
    for (; cleared < end; cleared++) {
      var message = messages.get(cleared);
      var content =
          content(message).items().stream()
              .map(block -> (Json.Obj) block)
              .map(block -> block.text("tool_use_id") == null ? block : block.with("content", STUB))
              .toList();
      messages.set(cleared, message.with("content", content));
    }
    messages.replaceAll(PromptPolicy::withoutThinking);
  }

  /// Drops the oldest messages, up to a reply, and puts a note in their place.
  private void drop(long most) {
    long left = tokens;
    int start = 0;
    while (start < messages.size() - 2 && (left > most || !isReply(messages.get(start)))) {
      left -= size(content(messages.get(start)), model::tokens);
      start++;
    }
    messages.subList(0, start).clear();
    messages.replaceAll(PromptPolicy::withoutThinking);
    if (isReply(messages.getFirst())) {
      messages.addFirst(
          Json.obj("role", "user", "content", Json.arr(ScriptedAgent.text("(Earlier messages.)"))));
    }
  }

  private static Json.Arr content(Json.Obj message) {
    return new Json.Arr(message.items("content"));
  }

  private static boolean isReply(Json.Obj message) {
    return "assistant".equals(message.text("role"));
  }

  private static Json.Obj withoutThinking(Json.Obj message) {
    var kept =
        message.items("content").stream()
            .filter(block -> !"thinking".equals(((Json.Obj) block).text("type")))
            .toList();
    return message.with("content", kept);
  }

  /// The messages with cache marks at the ends of the last two of the user's.
  private Json.Arr marked() {
    var sent = new ArrayList<Json>(messages);
    int marks = 2;
    for (int i = sent.size() - 1; i >= 0 && marks > 0; i--) {
      var message = (Json.Obj) sent.get(i);
      if (!isReply(message)) {
        var content = new ArrayList<>(message.items("content"));
        content.set(content.size() - 1, ((Json.Obj) content.getLast()).with("cache_control", MARK));
        sent.set(i, message.with("content", content));
        marks--;
      }
    }
    return new Json.Arr(sent);
  }

  CachingModel model() {
    return model;
  }

  /// The number of facts in the last request.
  int kept() {
    return agent.seen().getLast().cardinality();
  }
}
