package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The route of a session's outline, with which a client shows a long log without reading it. It is
/// Drover's own and not part of the reference API.
final class OutlineRoutes {
  /// The number of events that are read at once.
  private static final int PAGE = 500;

  private static final int USUAL = 5_000;
  private static final int MOST = 10_000;

  /// The maximum number of events behind a page, those that clients do not see included.
  private static final int READ = 4 * MOST;

  private static final Set<String> REQUESTS =
      Set.of("span.model_request_start", "span.model_request_end");

  private final Backend backend;

  OutlineRoutes(Backend backend) {
    this.backend = backend;
  }

  void addTo(Router router) {
    router.get("/drover/sessions/{session}/outline", SESSIONS_READ, this::outline);
  }

  private void outline(Exchange exchange) {
    var query = exchange.query();
    query.only(Set.of("after", "limit"));
    long after = query.text("after").map(OutlineRoutes::position).orElse(0L);
    int limit = query.limit(USUAL, MOST);
    var id = backend.session(exchange).id();
    exchange.memory().works(2 * Slice.BYTES);
    exchange.answer(read(id, after, limit));
  }

  private Json read(SessionId id, long after, int limit) {
    var outline = new Outline(openRequest(id, after));
    int read = 0;
    while (outline.size() < limit && read < READ) {
      var slice = Slice.after(Math.max(after, outline.last()), PAGE).of(ThreadKey.PRIMARY);
      var events = backend.log().getEvents(id, slice);
      if (events.isEmpty()) {
        return outline.write(false);
      }
      for (var stored : events) {
        if (outline.size() < limit) {
          outline.add(stored);
        }
      }
      read += events.size();
    }
    return outline.write(true);
  }

  /// The model request that is open after a position; null if none is.
  private @Nullable EventId openRequest(SessionId id, long after) {
    if (after == 0) {
      return null;
    }
    var slice =
        new Slice(after + 1, 1, false, REQUESTS, true, Optional.empty(), Optional.empty())
            .of(ThreadKey.PRIMARY);
    return backend.log().getEvents(id, slice).stream()
        .map(Stored::event)
        .filter(Event.ModelRequestStart.class::isInstance)
        .map(Event::id)
        .findFirst()
        .orElse(null);
  }

  private static long position(String text) {
    if (text.matches("[0-9]{1,18}")) {
      return Long.parseLong(text);
    }
    throw Query.problem("after", "must be a position in the log");
  }
}
