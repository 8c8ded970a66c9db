package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A builder for the messages of a prompt, in the order that the Messages API requires: a user
/// message first, or a block that stands for what was before it, adjacent messages of one role
/// merged, and the results of calls directly after them. Other messages are held back until all
/// results are added. One thread.
final class Messages {
  private static final Json.Obj MARK = Json.obj("type", "ephemeral");

  /// A block of a message, and its place in the log.
  record Sent(Json.Obj json, Piece piece) {}

  private record Message(String role, List<Sent> blocks) {}

  private final List<Message> messages = new ArrayList<>();
  private final List<Message> held = new ArrayList<>();
  private final Map<EventId, String> open = new LinkedHashMap<>();

  /// Adds the block that stands for what came before the first message.
  void begin(Sent block) {
    messages.add(new Message("assistant", new ArrayList<>(List.of(block))));
  }

  /// Adds a reply of the model.
  ///
  /// @param calls the id under which each call of the reply is sent
  void reply(List<Sent> blocks, Map<EventId, String> calls) {
    settle();
    append("assistant", blocks);
    open.putAll(calls);
  }

  /// Adds a message that is not a reply of the model. It is held back while calls are open.
  void say(String role, List<Sent> blocks) {
    if (open.isEmpty()) {
      append(role, blocks);
    } else {
      held.add(new Message(role, blocks));
    }
  }

  /// Adds the result of an open call; any other result is dropped.
  void result(EventId use, Sent block) {
    if (open.remove(use) == null) {
      return;
    }
    append("user", List.of(block));
    if (open.isEmpty()) {
      release();
    }
  }

  /// Adds an error result to every open call: a call without a result would make every later
  /// request invalid.
  private void settle() {
    for (var use : List.copyOf(open.keySet())) {
      var result =
          Json.obj(
              "type",
              "tool_result",
              "tool_use_id",
              open.get(use),
              "content",
              Json.arr(text("(no result was recorded)")),
              "is_error",
              true);
      result(use, new Sent(result, Piece.whole(use)));
    }
  }

  private void release() {
    var waiting = List.copyOf(held);
    held.clear();
    waiting.forEach(message -> append(message.role(), message.blocks()));
  }

  private void append(String role, List<Sent> blocks) {
    if (blocks.isEmpty()) {
      return;
    }
    if (messages.isEmpty() && !role.equals("user")) {
      var opening = text("(The conversation begins here.)");
      append("user", List.of(new Sent(opening, Piece.whole(blocks.getFirst().piece().event()))));
    }
    if (role.equals("user")) {
      finishReply();
    }
    if (messages.isEmpty() || !messages.getLast().role().equals(role)) {
      messages.add(new Message(role, new ArrayList<>()));
    }
    messages.getLast().blocks().addAll(blocks);
  }

  /// Drops the calls without results, and the results without calls, of tools that the model server
  /// runs. The model can continue such a call only while nothing follows it; after that, the server
  /// would refuse it.
  private void finishReply() {
    if (messages.isEmpty() || !messages.getLast().role().equals("assistant")) {
      return;
    }
    var blocks = messages.getLast().blocks();
    var all = blocks.stream().map(Sent::json).toList();
    if (!blocks.removeIf(block -> ServerTools.isHalf(block.json(), all))) {
      return;
    }
    Rendering.dropLastThinking(blocks);
    if (blocks.isEmpty()) {
      messages.removeLast();
    }
  }

  static Json.Obj text(String text) {
    return Json.obj("type", "text", "text", text);
  }

  /// The messages so far.
  ///
  /// @param breakpoints whether to mark the last two user messages, and a block of the first one
  /// @param shared the place of that block, with which other requests begin, too
  Rendered build(boolean breakpoints, Optional<Piece> shared, Omissions omissions) {
    settle();
    int marks = breakpoints ? 2 : 0;
    for (var message : messages.reversed()) {
      if (marks > 0 && message.role().equals("user")) {
        message.blocks().add(marked(message.blocks().removeLast()));
        marks--;
      }
    }
    if (breakpoints && shared.isPresent()) {
      messages
          .getFirst()
          .blocks()
          .replaceAll(sent -> sent.piece().equals(shared.get()) ? marked(sent) : sent);
    }
    return new Rendered(
        new Json.Arr(messages.stream().map(Messages::json).toList()),
        messages.stream().map(m -> m.blocks().stream().map(Sent::piece).toList()).toList(),
        omissions);
  }

  private static Sent marked(Sent block) {
    return new Sent(block.json().with("cache_control", MARK), block.piece());
  }

  private static Json json(Message message) {
    return Json.obj(
        "role", message.role(), "content", message.blocks().stream().map(Sent::json).toList());
  }
}
