package dev.drover.cli;

import dev.drover.base.Json;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Whether a session is idle after all events that this client sent: a fold over the session's
/// events and those sent. Not safe for concurrent use.
final class TurnState {
  private final Set<String> unprocessed = new HashSet<>();
  private boolean owed;
  private boolean terminated;
  private Optional<Json.Obj> idle = Optional.empty();
  private boolean running;

  /// @param status of the session before anything was sent
  TurnState(String status) {
    running = status.equals("running") || status.equals("rescheduling");
    terminated = status.equals("terminated");
  }

  /// @param stored an event that this client sent, as the server stored it
  void sent(Json.Obj stored) {
    unprocessed.add(Column.text(stored, "id"));
    // An idle session emits no further idle event after an interrupt.
    owed |= running || !TurnOutcome.type(stored).equals("user.interrupt");
  }

  void take(Json.Obj event) {
    switch (TurnOutcome.type(event)) {
      case "session.status_running", "session.status_rescheduled" -> running = true;
      case "session.status_idle" -> {
        running = false;
        idle = Optional.of(event);
        if (unprocessed.isEmpty()) {
          owed = false;
        }
      }
      case "session.status_terminated", "session.deleted" -> terminated = true;
      case "user.interrupt" -> {
        processed(event);
        if (!running && unprocessed.isEmpty()) {
          owed = false;
        }
      }
      default -> processed(event);
    }
  }

  private void processed(Json.Obj event) {
    if (!unprocessed.isEmpty() && event.text("processed_at") != null) {
      unprocessed.remove(Column.text(event, "id"));
    }
  }

  boolean isRunning() {
    return running;
  }

  boolean isOver() {
    return terminated;
  }

  /// Whether nothing runs and every sent event was handled.
  boolean isSettled() {
    return terminated || (!running && !owed && unprocessed.isEmpty());
  }

  /// The session's last idle event, if one was seen.
  Optional<Json.Obj> idle() {
    return idle;
  }
}
