package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ExportedLog;
import dev.drover.session.ForkPoint;
import dev.drover.session.SessionId;
import java.util.Optional;

/// The verification of an exported log, before any of it is stored.
public final class ImportCheck {
  /// The longest part of a finding that an error shows, in characters: it may quote the log.
  private static final int MAX_FINDING = 300;

  /// The maximum number of tool uses that wait for the client at a time.
  private static final int MAX_WAITING = 1_000;

  /// The maximum size of the tool uses of a reply, in characters: they are held in memory together.
  private static final long MAX_USES = 64L << 20;

  private ImportCheck() {}

  /// Verifies a log with [LogCheck].
  ///
  /// @param session the new session
  /// @return the state of the new session's row after these events
  /// @throws Problem `INVALID_REQUEST` for a log that is not as Drover writes it, or at whose end
  ///   something is open
  public static SessionState of(SessionId session, ExportedLog log) {
    var state = fold(log);
    var check = new LogCheck(session, state);
    var events = log.events();
    while (events.hasNext() && !check.hasFindings()) {
      check.add(events.next(), 0);
    }
    var findings = check.end();
    if (!findings.isEmpty()) {
      var first = findings.getFirst();
      var sentence = first.sentence();
      var shown = sentence.substring(0, Math.min(sentence.length(), MAX_FINDING));
      throw refused(
          first.position() == 0
              ? "is not consistent: " + shown
              : "has event %d, which %s".formatted(first.position(), shown));
    }
    return state;
  }

  private static SessionState fold(ExportedLog log) {
    var fold = new ForkFold(new ForkPoint.Newest());
    long uses = 0;
    var events = log.events();
    while (events.hasNext()) {
      var stored = events.next();
      fold.add(stored);
      switch (stored.event()) {
        case Event.ModelRequestStart _ -> uses = 0;
        case Event.ToolUse _ -> uses += stored.json().length();
        default -> {}
      }
      if (uses > MAX_USES || fold.waiting() > MAX_WAITING) {
        throw refused("has too many tool uses in a reply, at event " + stored.position());
      }
    }
    var state = fold.end();
    if (state.head() != fold.position()) {
      throw refused(
          "ends in the middle of a turn: the newest place where nothing is open is position "
              + state.head());
    }
    return state;
  }

  /// The event that follows the copied ones.
  public static Event.Imported event(EventId id, ExportedLog log, SessionState copied) {
    var note =
        copied.progress().started() ? Optional.of(ExportedLog.NOTE) : Optional.<String>empty();
    return new Event.Imported(id, log.from(), copied.head(), note);
  }

  private static Problem refused(String what) {
    return Problem.invalid("The log of the bundle " + what);
  }
}
