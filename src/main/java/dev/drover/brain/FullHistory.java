package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The whole conversation, every time.
///
/// @param breakpoints whether to mark where a cached prefix may end: after the system prompt, and
///   after the last two messages of the user's side, so that each request finds the one before
record FullHistory(boolean breakpoints) implements Context {
  private static final Json.Obj MARK = Json.obj("type", "ephemeral");

  @Override
  public Json.Arr system(String system) {
    var block = Json.obj("type", "text", "text", system);
    return Json.arr(breakpoints ? block.with("cache_control", MARK) : block);
  }

  @Override
  public Json.Arr messages(Slices log) {
    var messages = new Messages();
    log.forEach(slice -> slice.forEach(messages::add));
    return messages.build(breakpoints);
  }

  /// Messages in the making: neighbours of one role become one message.
  private static final class Messages {
    private record Message(String role, List<Json> content) {}

    private final List<Message> messages = new ArrayList<>();
    private final Map<EventId, String> toolUses = new HashMap<>();

    void add(Stored stored) {
      switch (stored.event()) {
        case Event.UserMessage e -> append("user", e.content().items());
        case Event.SystemMessage e -> append("system", e.content().items());
        case Event.AgentToolResult e ->
            append("user", List.of(result(e.toolUseId(), Optional.of(e.content()), e.isError())));
        case Event.UserCustomToolResult e ->
            append("user", List.of(result(e.toolUseId(), e.content(), e.isError().orElse(false))));
        case Event.ModelRequestEnd e when !e.isError() && stored.hidden() != null ->
            reply(stored.hidden());
        default -> {}
      }
    }

    /// What the model said goes back as it came, but for a refusal, which nothing can follow, and
    /// blank texts, which the API gives and does not take.
    private void reply(Json.Obj reply) {
      if ("refusal".equals(reply.text("stop_reason"))) {
        return;
      }
      var content = reply.items("content");
      var ids = reply.items("tool_uses").iterator();
      for (var block : content) {
        if (block instanceof Json.Obj use && "tool_use".equals(use.text("type"))) {
          toolUses.put(
              new EventId(((Json.Str) ids.next()).value()), String.valueOf(use.text("id")));
        }
      }
      append("assistant", content.stream().filter(block -> !isBlank(block)).toList());
    }

    private static boolean isBlank(Json block) {
      return block instanceof Json.Obj text
          && "text".equals(text.text("type"))
          && String.valueOf(text.text("text")).isBlank();
    }

    private Json result(EventId use, Optional<Json.Arr> content, boolean isError) {
      var result = Json.obj("type", "tool_result", "tool_use_id", toolUses.get(use));
      return content
          .map(blocks -> result.with("content", blocks))
          .orElse(result)
          .with("is_error", isError);
    }

    private void append(String role, List<Json> content) {
      if (content.isEmpty()) {
        return;
      }
      if (messages.isEmpty() || !messages.getLast().role().equals(role)) {
        messages.add(new Message(role, new ArrayList<>()));
      }
      messages.getLast().content().addAll(content);
    }

    Json.Arr build(boolean breakpoints) {
      int marks = breakpoints ? 2 : 0;
      for (var message : messages.reversed()) {
        if (marks > 0 && message.role().equals("user")) {
          var content = message.content();
          content.set(
              content.size() - 1, ((Json.Obj) content.getLast()).with("cache_control", MARK));
          marks--;
        }
      }
      return new Json.Arr(
          messages.stream()
              .<Json>map(m -> Json.obj("role", m.role(), "content", new Json.Arr(m.content())))
              .toList());
    }
  }
}
