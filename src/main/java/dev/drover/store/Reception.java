package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.base.Utf8;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Queued;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The result of receiving client events, all or none.
///
/// @param state the session's state after the receipt
/// @param events in the order of receipt, as the client sees them
/// @param logged those of them that were processed on receipt, as they will be stored
public record Reception(SessionState state, List<Queued> events, List<Stored> logged) {
  public Reception {
    events = List.copyOf(events);
    logged = List.copyOf(logged);
  }

  /// The amount of events that already wait in an inbox.
  ///
  /// @param bytes the size of their JSON
  /// @param interrupt whether an interrupt is among them
  public record Waiting(long events, long bytes, boolean interrupt) {
    /// An empty inbox.
    public static final Waiting NOTHING = new Waiting(0, 0, false);

    /// The amount with one more event.
    public Waiting and(Queued queued) {
      return new Waiting(
          events + 1,
          bytes + Utf8.length(queued.json()),
          interrupt || queued.event() instanceof Event.UserInterrupt);
    }
  }

  /// Receives events of one request.
  ///
  /// @param waiting the events that already wait
  /// @throws Problem `INVALID_REQUEST` if the session is over, if too many events would wait, if an
  ///   answer is for a tool use that does not wait for it, or if a message arrives while tool uses
  ///   wait for answers and no interrupt ends that
  public static Reception of(
      SessionState state, List<Event.FromClient> events, Waiting waiting, Instant now) {
    state.refuseIfOver();
    var queued = new ArrayList<Queued>();
    var logged = new ArrayList<Stored>();
    var open = state.awaited();
    var last = state.lastProcessed();
    var thread = ThreadKey.PRIMARY;
    // An interrupt, in this request or already in the inbox, is processed before all messages and
    // ends the waiting for the client.
    boolean interrupted =
        waiting.interrupt() || events.stream().anyMatch(Event.UserInterrupt.class::isInstance);
    for (int i = 0; i < events.size(); i++) {
      var event = events.get(i);
      if (!(interrupted && event instanceof Event.UserMessage)) {
        open.check(event, i, state.status());
      }
      thread = thread(event, open, thread);
      boolean atOnce = processedOnReceipt(events, i);
      if (atOnce) {
        last = SessionState.after(last, now);
        var json = EventCodec.write(event, last);
        var stored = new Stored(state.head() + logged.size() + 1, last, thread, event, json, null);
        logged.add(stored);
        open = open.after(stored);
      }
      var json = EventCodec.write(event, atOnce ? last : null);
      queued.add(new Queued(state.received() + i + 1, thread, event, json));
    }
    var received =
        new Reception(state.receiving(events.size(), logged.size(), open, last), queued, logged);
    received.refuseIfFull(waiting);
    return received;
  }

  /// The thread that an event is for. Currently sessions have only the primary thread.
  ///
  /// @param before the thread of the previous event in the request
  private static ThreadKey thread(Event.FromClient event, Awaited open, ThreadKey before) {
    return switch (event) {
      case Event.Answer answer -> open.thread(answer.toolUseId()).orElse(ThreadKey.PRIMARY);
      case Event.SystemMessage _ -> before;
      case Event.UserMessage _, Event.UserInterrupt _, Event.UnknownFromClient _ ->
          ThreadKey.PRIMARY;
    };
  }

  private void refuseIfFull(Waiting before) {
    var after = before;
    for (var queued : waiting()) {
      after = after.and(queued);
    }
    if (after.events > EventLog.INBOX_LIMIT) {
      throw Problem.invalid(
          "A session may have at most %d waiting events; %d are waiting already."
              .formatted(EventLog.INBOX_LIMIT, before.events));
    }
    if (after.events > before.events && before.events > 0 && after.bytes > EventLog.INBOX_BYTES) {
      throw Problem.invalid(
          ("A session may have at most %d MB of waiting events; %.1f MB are waiting already. Retry"
                  + " when the session has processed some of them.")
              .formatted(EventLog.INBOX_BYTES >> 20, before.bytes / (double) (1 << 20)));
    }
  }

  /// Whether an event of a request is appended to the log at once: an answer, or a system message
  /// that was sent with one.
  public static boolean processedOnReceipt(List<? extends Event> request, int index) {
    return switch (request.get(index)) {
      case Event.Answer _ -> true;
      case Event.SystemMessage _ -> index > 0 && processedOnReceipt(request, index - 1);
      default -> false;
    };
  }

  /// The events that are added to the inbox.
  public List<Queued> waiting() {
    return events.stream().filter(queued -> !isLogged(queued)).toList();
  }

  private boolean isLogged(Queued queued) {
    return logged.stream().anyMatch(stored -> stored.event().id().equals(queued.event().id()));
  }
}
