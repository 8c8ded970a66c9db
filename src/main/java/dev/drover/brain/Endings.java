package dev.drover.brain;

import dev.drover.hands.ToolResult;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inbox;
import dev.drover.session.ModelUsage;
import dev.drover.session.Queued;
import dev.drover.session.SessionError;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The ends of a turn, each of which answers what the turn still owes.
final class Endings {
  /// The contract's text for a call that was cut short.
  static final String INTERRUPTED =
      "Tool execution was interrupted before completion. Please retry.";

  private final WakeContext at;

  Endings(WakeContext at) {
    this.at = at;
  }

  /// Takes the interrupts up. A session whose turn is over, or stands still at its budget, has
  /// nothing to end, and stays as it is; the budget may have been raised since they were sent.
  LogWriter.Next interrupt(List<Queued> interrupts, Inbox inbox) {
    var entries = settled(INTERRUPTED);
    interrupts.forEach(interrupt -> entries.add(at.entry(interrupt)));
    var fold = at.fold();
    return fold.status() == Status.IDLE && !fold.endsByInterrupt()
        ? at.writer()
            .write(
                entries,
                inbox,
                fold.pause().isEmpty() && inbox.queued().size() == interrupts.size())
        : endTurn(entries, new StopReason.EndTurn(), inbox, interrupts.size());
  }

  /// The model has said all that it had to say, or it is the client's turn.
  LogWriter.Next end(StopReason reason, Optional<SessionError> error, Inbox inbox) {
    var entries = new ArrayList<Emission.Entry>();
    error.ifPresent(e -> entries.add(at.entry(new Event.Failed(at.id(), e))));
    return endTurn(entries, reason, inbox, 0);
  }

  /// The turn is over with the reply that `reply` records.
  ///
  /// @param used by the reply
  /// @return `GO_ON` if a client has sent something since `inbox` was read: nothing is recorded
  LogWriter.Next endWith(List<Emission.Entry> reply, ModelUsage used, Inbox inbox) {
    return endTurn(reply, new StopReason.EndTurn(), at.used().plus(used), inbox, 0);
  }

  /// The turn is dead: what it owes is answered, what waits is taken up without an answer.
  ///
  /// @param unanswered the result of every call that has none
  LogWriter.Next giveUp(SessionError error, String unanswered, Inbox inbox) {
    var entries = settled(unanswered);
    entries.add(at.entry(new Event.Failed(at.id(), error)));
    inbox.queued().forEach(queued -> entries.add(at.entry(queued)));
    return endTurn(entries, new StopReason.RetriesExhausted(), inbox, inbox.queued().size());
  }

  /// The end of a request that has none, and a result for each call that has none.
  private List<Emission.Entry> settled(String unanswered) {
    var entries = new ArrayList<Emission.Entry>();
    at.fold().open().ifPresent(start -> entries.add(at.entry(requestFailed(start))));
    for (var call : at.fold().unanswered()) {
      entries.add(at.result(call, ToolResult.error(unanswered)));
    }
    return entries;
  }

  private LogWriter.Next endTurn(
      List<Emission.Entry> before, StopReason reason, Inbox inbox, int taken) {
    return endTurn(before, reason, at.used(), inbox, taken);
  }

  private LogWriter.Next endTurn(
      List<Emission.Entry> before, StopReason reason, Usage usage, Inbox inbox, int taken) {
    var entries = new ArrayList<>(before);
    entries.addAll(at.statuses().idle(reason, usage));
    return at.writer().write(entries, inbox, reason.isPause() || inbox.queued().size() == taken);
  }

  /// The end of a request that brought nothing.
  Event requestFailed(EventId start) {
    return new Event.ModelRequestEnd(at.id(), start, true, ModelUsage.NONE);
  }
}
