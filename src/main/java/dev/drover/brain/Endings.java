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

/// The part of a wake that ends turns and answers their open calls.
final class Endings {
  /// The contract's result text for an interrupted call.
  static final String INTERRUPTED =
      "Tool execution was interrupted before completion. Please retry.";

  private final WakeContext at;

  Endings(WakeContext at) {
    this.at = at;
  }

  /// Processes the interrupts. If the turn is over, or is paused at its budget, there is nothing to
  /// end, and the status does not change. A turn at its budget is planned again, because the budget
  /// may have been raised since the interrupts were sent.
  LogWriter.Next interrupt(List<Queued> interrupts, Inbox inbox) {
    var entries = settled(INTERRUPTED, Optional.empty());
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

  /// Ends the turn, or pauses it until the client answers.
  LogWriter.Next end(StopReason reason, Optional<SessionError> error, Inbox inbox) {
    var entries = new ArrayList<Emission.Entry>();
    error.ifPresent(e -> entries.add(at.entry(new Event.Failed(at.id(), e))));
    return endTurn(entries, reason, inbox, 0);
  }

  /// Ends the turn in the same append as its last reply.
  ///
  /// @param reply the events of the reply
  /// @param used the usage of the reply
  /// @return `GO_ON` if a client has sent an event since `inbox` was read; then nothing is recorded
  LogWriter.Next endWith(List<Emission.Entry> reply, ModelUsage used, Inbox inbox) {
    return endTurn(reply, new StopReason.EndTurn(), at.used().plus(used), inbox, 0);
  }

  /// Ends a turn that cannot continue: every open call gets a result, and the waiting events are
  /// processed without an answer.
  ///
  /// @param unanswered the result text for every call without a result
  LogWriter.Next giveUp(SessionError error, String unanswered, Inbox inbox) {
    return giveUp(settled(unanswered, Optional.empty()), error, inbox);
  }

  /// Ends a turn whose open model request failed for good.
  ///
  /// @param omission what later turns leave out
  LogWriter.Next giveUp(SessionError error, Optional<Omission> omission, Inbox inbox) {
    return giveUp(settled(INTERRUPTED, omission), error, inbox);
  }

  private LogWriter.Next giveUp(List<Emission.Entry> entries, SessionError error, Inbox inbox) {
    entries.add(at.entry(new Event.Failed(at.id(), error)));
    inbox.queued().forEach(queued -> entries.add(at.entry(queued)));
    return endTurn(entries, new StopReason.RetriesExhausted(), inbox, inbox.queued().size());
  }

  /// The events that end an open model request and answer every open call.
  ///
  /// @param omission stored with the end of the request
  private List<Emission.Entry> settled(String unanswered, Optional<Omission> omission) {
    var entries = new ArrayList<Emission.Entry>();
    at.fold().open().ifPresent(start -> entries.add(requestFailed(start, omission)));
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

  /// The event that ends a model request which was refused because the context is full; the next
  /// request begins a new chapter.
  Emission.Entry requestOverflowed(EventId start) {
    return at.entry(
        new Event.ModelRequestEnd(at.id(), start, true, ModelUsage.NONE), Chapter.REFUSAL);
  }

  /// The same for a request whose reply is not used, because the server has dropped a part of the
  /// prompt.
  ///
  /// @param limit the context that the server has shown to have
  Emission.Entry requestTruncated(EventId start, ModelUsage usage, long limit) {
    return at.entry(new Event.ModelRequestEnd(at.id(), start, true, usage), Chapter.refusal(limit));
  }

  /// The event that ends a failed model request.
  ///
  /// @param omission stored with it: later requests leave it out
  Emission.Entry requestFailed(EventId start, Optional<Omission> omission) {
    var end = new Event.ModelRequestEnd(at.id(), start, true, ModelUsage.NONE);
    return omission.map(part -> at.entry(end, part.json())).orElseGet(() -> at.entry(end));
  }
}
