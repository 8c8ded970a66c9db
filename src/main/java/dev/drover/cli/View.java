package dev.drover.cli;

import dev.drover.base.Json;
import java.util.HashSet;
import java.util.Set;

/// The view of a dialogue: a renderer, and what only a dialogue shows.
final class View {
  private final Renderer renderer;
  private final boolean typed;
  private final Sieve sieve;
  private final Set<String> ours = new HashSet<>();
  private Json.Obj usage = Json.EMPTY;
  private String began = "";

  /// @param typed whether sent messages are already visible, because the user typed them
  /// @param sieve the choice of the events to show
  View(Renderer renderer, boolean typed, Sieve sieve) {
    this.renderer = renderer;
    this.typed = typed;
    this.sieve = sieve;
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
    for (var shown : sieve.of(event)) {
      show(shown, shown.equals(event) ? json : shown.toString(), again);
    }
  }

  private void show(Json.Obj event, String json, boolean again) {
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
      case "session.usage" -> usage = event.object("usage");
      case "session.status_running" -> began = Column.text(event, "processed_at");
      case "session.status_terminated" -> note("the session has ended");
      case "session.deleted" -> note("the session was deleted");
      default -> {}
    }
  }

  /// Shows why the session is idle: the turn has ended, or calls wait for an answer.
  void rests(Json.Obj idle, Pending pending) {
    if (!sieve.isWhole()) {
      return;
    }
    if (!pending.isEmpty()) {
      note("waiting for input:");
      pending.lines().forEach(line -> note("  " + line));
    } else {
      var reason = TurnOutcome.type(idle.object("stop_reason"));
      note((reason.equals("end_turn") ? "(idle)" : "(idle: " + reason + ")") + figures(idle));
    }
  }

  /// The usage of the session, and the time of the turn, as far as they are known.
  private String figures(Json.Obj idle) {
    return (usage.equals(Json.EMPTY) ? "" : " · " + Figures.of(usage))
        + Figures.between(began, Column.text(idle, "processed_at"))
            .map(time -> " · " + time)
            .orElse("");
  }

  void notice(String line) {
    renderer.notice(line);
  }

  private void note(String line) {
    renderer.note(Sanitized.line(line));
  }
}
