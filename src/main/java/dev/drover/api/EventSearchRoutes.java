package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;

import dev.drover.reading.EventFilter;
import dev.drover.reading.EventRange;
import dev.drover.reading.EventSearch;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.ThreadKey;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;

/// The route that searches the events of a session. It is Drover's own and not part of the
/// reference API.
///
/// A page may have fewer events than asked for, or none, although more follow: a search ends after
/// two seconds, and the next page continues it.
final class EventSearchRoutes {
  private static final int LONGEST_TEXT = 200;
  private static final int LONGEST_NAME = 256;

  private final Backend backend;

  EventSearchRoutes(Backend backend) {
    this.backend = backend;
  }

  void addTo(Router router) {
    router.get("/drover/sessions/{session}/events", SESSIONS_READ, this::search);
  }

  private void search(Exchange exchange) throws InterruptedException {
    var query = exchange.query();
    query.only(Set.of("text", "types", "types[]", "tool", "before", "after", "limit", "page"));
    var id = SessionId.of(exchange.id("session"));
    var filter =
        new EventFilter(
            Set.copyOf(query.all("types", 100)),
            false,
            bounded(query, "tool", LONGEST_NAME),
            bounded(query, "text", LONGEST_TEXT));
    int limit = query.limit(100, 1000);
    var whole = EventRange.of(place(query, "after"), place(query, "before"));
    var first = EventCursor.first(id, whole.ascending());
    var range =
        query
            .page()
            .map(page -> EventCursor.read(page, id, whole.ascending()))
            .map(cursor -> whole.following(cursor.position()))
            .orElse(whole);
    backend.session(exchange); // checks that the session exists
    exchange.memory().works(Slice.BYTES);
    var found =
        new EventSearch(backend.log(), id, ThreadKey.PRIMARY, System::nanoTime)
            .find(filter, range, limit, Slice.BYTES);
    var json = new ArrayList<String>(2 * found.events().size() + 2);
    json.add("{\"data\":[");
    for (var stored : found.events()) {
      if (json.size() > 1) {
        json.add(",");
      }
      json.add(stored.json());
    }
    json.add("],\"next_page\":");
    json.add(
        found.more().isPresent()
            ? '"' + first.moved(found.more().getAsLong(), 0, Set.of()).write() + "\"}"
            : "null}");
    exchange.answer(json);
  }

  private static Optional<String> bounded(Query query, String name, int longest) {
    var text = query.text(name);
    if (text.filter(value -> value.length() > longest).isPresent()) {
      throw Query.problem(name, "must not be longer than " + longest + " characters");
    }
    return text;
  }

  private static Optional<EventRange.Place> place(Query query, String name) {
    return query
        .text(name)
        .map(
            text ->
                EventRange.Place.of(text.replace(' ', '+'))
                    .orElseThrow(
                        () ->
                            Query.problem(
                                name, "must be a position in the log or an RFC 3339 time")));
  }
}
