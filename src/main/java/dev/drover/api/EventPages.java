package dev.drover.api;

import dev.drover.base.Utf8;
import dev.drover.session.EventLog;
import dev.drover.session.Extent;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The list of a thread's events: the log, then the queued events; in reverse order when
/// descending. Between two pages, a queued event may move into the log. It is neither lost nor
/// listed twice, because the inbox is read before the log, and the cursor contains the events that
/// were listed as queued.
///
/// A page ends before the event that would exceed [Slice#BYTES], but has at least one event.
final class EventPages {
  private final EventLog log;

  EventPages(EventLog log) {
    this.log = log;
  }

  /// The parameters of a list request.
  record Wanted(EventCursor start, int limit, Set<String> types, Period period, ThreadKey thread) {
    static Wanted of(Query query, SessionId session, ThreadKey thread) {
      boolean ascending = query.ascending(true);
      return new Wanted(
          query
              .page()
              .map(page -> EventCursor.read(page, session, ascending))
              .orElse(EventCursor.first(session, ascending)),
          query.limit(1000, 1000),
          Set.copyOf(query.all("types", 100)),
          Period.of(query),
          thread);
    }

    boolean takes(Queued queued) {
      return queued.thread().equals(thread)
          && (types.isEmpty() || types.contains(EventCodec.type(queued.event())));
    }

    Slice slice(int limit, long bytes) {
      return new Slice(
          start.position(),
          limit,
          start.ascending(),
          types,
          true,
          period.from(),
          period.to(),
          Optional.of(thread),
          bytes);
    }
  }

  private record Listed(List<String> events, Optional<EventCursor> next) {}

  /// A page that is being filled.
  private static final class Page {
    private final Wanted wanted;
    private final List<String> events = new ArrayList<>();
    private final Set<String> shown;
    private long bytes;

    Page(Wanted wanted) {
      this.wanted = wanted;
      shown = new HashSet<>(wanted.start().shown());
    }

    int room() {
      return wanted.limit() - events.size();
    }

    long bytesLeft() {
      return Slice.BYTES - bytes;
    }

    /// Whether `more` bytes do not fit on the page. An empty page has room for any event.
    boolean overflows(long more) {
      return !events.isEmpty() && more > bytesLeft();
    }

    private void add(String json) {
      events.add(json);
      bytes += Utf8.length(json);
    }

    /// @return false if the event does not fit
    boolean add(Queued waiting) {
      if (room() == 0 || overflows(Utf8.length(waiting.json()))) {
        return false;
      }
      shown.add(EventCursor.brief(waiting.event().id()));
      add(waiting.json());
      return true;
    }

    /// Adds the visible events that were not already listed as queued.
    void add(List<Stored> rows) {
      for (var row : rows) {
        if (row.event().isVisible() && !shown.remove(EventCursor.brief(row.event().id()))) {
          add(row.json());
        }
      }
    }

    Listed goesOn(long position, long sequence) {
      return new Listed(events, Optional.of(wanted.start().moved(position, sequence, shown)));
    }

    Listed ends() {
      return new Listed(events, Optional.empty());
    }
  }

  /// Writes a page as the response.
  void answer(Exchange exchange, SessionId id, Wanted wanted) {
    var extent = log.measure(id, wanted.slice(wanted.limit(), Slice.BYTES));
    exchange.memory().works(extent.bytes() + extent.waiting());
    var listed = list(id, wanted);
    var json = new ArrayList<String>(2 * listed.events().size() + 2);
    json.add("{\"data\":[");
    for (var event : listed.events()) {
      if (json.size() > 1) {
        json.add(",");
      }
      json.add(event);
    }
    json.add("],\"next_page\":");
    json.add(listed.next().map(next -> '"' + next.write() + "\"}").orElse("null}"));
    exchange.answer(json);
  }

  private Listed list(SessionId id, Wanted wanted) {
    var queued =
        wanted.period().isBounded()
            ? List.<Queued>of()
            : log.inbox(id).queued().stream().filter(wanted::takes).toList();
    return wanted.start().ascending()
        ? ascending(id, wanted, queued)
        : descending(id, wanted, queued.reversed());
  }

  private Listed ascending(SessionId id, Wanted wanted, List<Queued> queued) {
    var start = wanted.start();
    var page = new Page(wanted);
    var extent = log.measure(id, wanted.slice(wanted.limit(), Slice.BYTES));
    var rows = log.getEvents(id, extent.slice());
    page.add(rows);
    long position = rows.isEmpty() ? start.position() : rows.getLast().position();
    if (extent.more()) {
      return page.goesOn(position, start.sequence());
    }
    var inLog = new HashSet<String>();
    rows.forEach(row -> inLog.add(row.event().id().value()));
    long sequence = start.sequence();
    for (var waiting : queued) {
      if (waiting.sequence() <= sequence || inLog.contains(waiting.event().id().value())) {
        continue;
      }
      if (!page.add(waiting)) {
        return page.goesOn(position, sequence);
      }
      sequence = waiting.sequence();
    }
    return page.ends();
  }

  private Listed descending(SessionId id, Wanted wanted, List<Queued> queued) {
    var start = wanted.start();
    var page = new Page(wanted);
    long sequence = start.sequence();
    for (var waiting : queued) {
      if (waiting.sequence() >= sequence) {
        continue;
      }
      if (!page.add(waiting)) {
        return page.goesOn(start.position(), sequence);
      }
      sequence = waiting.sequence();
    }
    Extent extent = log.measure(id, wanted.slice(page.room(), page.bytesLeft()));
    if (page.overflows(extent.bytes())) {
      return page.goesOn(start.position(), 0);
    }
    var rows = log.getEvents(id, extent.slice());
    page.add(rows);
    long position = rows.isEmpty() ? start.position() : rows.getLast().position();
    return extent.more() ? page.goesOn(position, 0) : page.ends();
  }
}
