package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Queued;
import dev.drover.session.Stored;
import dev.drover.wire.EventCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What comes of receiving client events: all of them, or none.
///
/// @param state the session's, once they are received
/// @param events in the order of receipt, as the client is shown them
/// @param logged those of them that are processed already, as they are to be kept
public record Reception(SessionState state, List<Queued> events, List<Stored> logged) {
  public Reception {
    events = List.copyOf(events);
    logged = List.copyOf(logged);
  }

  /// @param waiting how many wait already
  /// @throws Problem `INVALID_REQUEST` if the session is over, too many would wait, an answer is
  ///   for nothing that waits for it, or a message comes while answers are waited for
  public static Reception of(
      SessionState state, List<Event.FromClient> events, long waiting, Instant now) {
    state.refuseIfOver();
    var queued = new ArrayList<Queued>();
    var logged = new ArrayList<Stored>();
    var open = state.awaited();
    var last = state.lastProcessed();
    // An interrupt goes before every message and ends what waits for the client.
    boolean interrupted = events.stream().anyMatch(Event.UserInterrupt.class::isInstance);
    for (int i = 0; i < events.size(); i++) {
      var event = events.get(i);
      if (!(interrupted && event instanceof Event.UserMessage)) {
        open.check(event, i, state.status());
      }
      boolean atOnce = processedOnReceipt(events, i);
      if (atOnce) {
        last = SessionState.after(last, now);
        var json = EventCodec.write(event, last);
        logged.add(new Stored(state.head() + logged.size() + 1, last, event, json, null));
        open = open.after(event);
      }
      var json = EventCodec.write(event, atOnce ? last : null);
      queued.add(new Queued(state.received() + i + 1, event, json));
    }
    if (waiting + events.size() - logged.size() > EventLog.INBOX_LIMIT) {
      throw Problem.invalid(
          "Only %d events may wait in a session; %d do already."
              .formatted(EventLog.INBOX_LIMIT, waiting));
    }
    return new Reception(state.receiving(events.size(), logged.size(), open, last), queued, logged);
  }

  /// Whether an event of a request goes into the log at once: an answer, and what was sent with it.
  public static boolean processedOnReceipt(List<? extends Event> request, int index) {
    return switch (request.get(index)) {
      case Event.Answer _ -> true;
      case Event.SystemMessage _ -> index > 0 && processedOnReceipt(request, index - 1);
      default -> false;
    };
  }

  /// Those that go into the inbox.
  public List<Queued> waiting() {
    return events.stream().filter(queued -> !isLogged(queued)).toList();
  }

  private boolean isLogged(Queued queued) {
    return logged.stream().anyMatch(stored -> stored.event().id().equals(queued.event().id()));
  }
}
