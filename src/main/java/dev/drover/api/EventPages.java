package dev.drover.api;

import dev.drover.session.EventLog;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.wire.EventCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Lists a session's events: the log, then what is still queued; reversed when descending. Between
/// two pages a queued event may move into the log. It is neither lost nor listed twice: the inbox
/// is read before the log, and the cursor knows what was shown as queued.
final class EventPages {
  private final EventLog log;

  EventPages(EventLog log) {
    this.log = log;
  }

  /// What a request asks for.
  record Wanted(EventCursor start, int limit, Set<String> types, Period period) {
    static Wanted of(Query query, SessionId session) {
      boolean ascending = query.ascending(true);
      return new Wanted(
          query
              .page()
              .map(page -> EventCursor.read(page, session, ascending))
              .orElse(EventCursor.first(session, ascending)),
          query.limit(1000, 1000),
          Set.copyOf(query.all("types", 100)),
          Period.of(query));
    }

    boolean takes(Queued queued) {
      return types.isEmpty() || types.contains(EventCodec.type(queued.event()));
    }

    /// A stretch of the log with one event more than is asked for, to see whether any follow.
    Slice slice(int limit) {
      return new Slice(
          start.position(), limit + 1, start.ascending(), types, true, period.from(), period.to());
    }
  }

  private record Listed(List<String> events, Optional<EventCursor> next) {}

  /// The page as the API answers it.
  String page(SessionId id, Wanted wanted) {
    var queued =
        wanted.period().isBounded()
            ? List.<Queued>of()
            : log.inbox(id).queued().stream().filter(wanted::takes).toList();
    var listed =
        wanted.start().ascending()
            ? ascending(id, wanted, queued)
            : descending(id, wanted, queued.reversed());
    var json = new StringBuilder("{\"data\":[");
    json.append(String.join(",", listed.events())).append("],\"next_page\":");
    listed
        .next()
        .ifPresentOrElse(
            next -> json.append('"').append(next.write()).append('"'), () -> json.append("null"));
    return json.append('}').toString();
  }

  private Listed ascending(SessionId id, Wanted wanted, List<Queued> queued) {
    var start = wanted.start();
    var events = new ArrayList<String>();
    var shown = new HashSet<>(start.shown());
    var inLog = new HashSet<String>();
    long position = start.position();
    for (var row : log.getEvents(id, wanted.slice(wanted.limit()))) {
      if (inLog.size() == wanted.limit()) {
        return new Listed(events, Optional.of(start.moved(position, start.sequence(), shown)));
      }
      position = row.position();
      inLog.add(row.event().id().value());
      if (!shown.remove(EventCursor.brief(row.event().id()))) {
        events.add(row.json());
      }
    }
    long sequence = start.sequence();
    for (var waiting : queued) {
      if (waiting.sequence() <= sequence || inLog.contains(waiting.event().id().value())) {
        continue;
      }
      if (events.size() == wanted.limit()) {
        return new Listed(events, Optional.of(start.moved(position, sequence, shown)));
      }
      sequence = waiting.sequence();
      shown.add(EventCursor.brief(waiting.event().id()));
      events.add(waiting.json());
    }
    return new Listed(events, Optional.empty());
  }

  private Listed descending(SessionId id, Wanted wanted, List<Queued> queued) {
    var start = wanted.start();
    var events = new ArrayList<String>();
    var shown = new HashSet<>(start.shown());
    long sequence = start.sequence();
    for (var waiting : queued) {
      if (waiting.sequence() >= sequence) {
        continue;
      }
      if (events.size() == wanted.limit()) {
        return new Listed(events, Optional.of(start.moved(start.position(), sequence, shown)));
      }
      sequence = waiting.sequence();
      shown.add(EventCursor.brief(waiting.event().id()));
      events.add(waiting.json());
    }
    int room = wanted.limit() - events.size();
    long position = start.position();
    int read = 0;
    for (var row : log.getEvents(id, wanted.slice(room))) {
      if (read++ == room) {
        return new Listed(events, Optional.of(start.moved(position, 0, shown)));
      }
      position = row.position();
      if (!shown.remove(EventCursor.brief(row.event().id()))) {
        events.add(row.json());
      }
    }
    return new Listed(events, Optional.empty());
  }
}
