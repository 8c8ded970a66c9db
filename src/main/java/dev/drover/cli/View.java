package dev.drover.cli;

import dev.drover.base.Json;
import java.util.HashSet;
import java.util.Set;

/// The view of a dialogue: a renderer, and what only a dialogue shows.
final class View {
  private final Renderer renderer;
  private final boolean typed;
  private final Set<String> ours = new HashSet<>();

  /// @param typed whether sent messages are already visible, because the user typed them
  View(Renderer renderer, boolean typed) {
    this.renderer = renderer;
    this.typed = typed;
  }

  boolean previews() {
    return renderer.previews();
  }

  boolean isClosed() {
    return renderer.isClosed();
  }

  void begin(Json.Obj session) {
    var title = session.text("title");
    renderer.begin(
        Column.text(session, "id"),
        Column.text(session.object("agent").object("model"), "id")
            + (title == null ? "" : " · " + title));
  }

  /// @param stored an event that this client sent
  void sent(Json.Obj stored) {
    if (typed) {
      ours.add(Column.text(stored, "id"));
    }
  }

  /// @param again whether the event was shown when it was queued
  void event(Json.Obj event, String json, boolean again) {
    renderer.event(event, json);
    switch (TurnOutcome.type(event)) {
      case "user.message" -> {
        if (!again && !ours.contains(Column.text(event, "id"))) {
          note("> " + EventLine.about(event));
        }
      }
      case "user.interrupt" -> {
        if (event.text("processed_at") != null) {
          note("interrupted");
        }
      }
      case "user.tool_confirmation" -> {
        if (!again) {
          note(EventLine.about(event));
        }
      }
      case "user.custom_tool_result" -> {
        if (!again) {
          note("result of " + Column.text(event, "custom_tool_use_id"));
        }
      }
      case "session.status_terminated" -> note("the session has ended");
      case "session.deleted" -> note("the session was deleted");
      default -> {}
    }
  }

  /// Shows why the session is idle: the turn has ended, or calls wait for an answer.
  void rests(Json.Obj idle, Pending pending) {
    if (!pending.isEmpty()) {
      note("waiting for input:");
      pending.lines().forEach(line -> note("  " + line));
    } else {
      var reason = TurnOutcome.type(idle.object("stop_reason"));
      note(reason.equals("end_turn") ? "(idle)" : "(idle: " + Sanitized.line(reason) + ")");
    }
  }

  void notice(String line) {
    renderer.notice(line);
  }

  private void note(String line) {
    renderer.note(Sanitized.line(line));
  }
}
