package dev.drover.api;

import static dev.drover.desk.KeyScope.SESSIONS_READ;
import static dev.drover.desk.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.Session;
import dev.drover.session.ThreadId;
import dev.drover.wire.SessionCodec;
import java.util.List;
import java.util.Set;

/// `/v1/sessions/{id}/threads`: the primary thread, whose events are the session's.
final class ThreadRoutes {
  private final Parts parts;
  private final EventPages pages;
  private final StreamRoute streams;

  ThreadRoutes(Parts parts, EventPages pages, StreamRoute streams) {
    this.parts = parts;
    this.pages = pages;
    this.streams = streams;
  }

  void addTo(Router router) {
    router.get("/v1/sessions/{session}/threads", SESSIONS_READ, this::list);
    router.get(
        "/v1/sessions/{session}/threads/{thread}",
        SESSIONS_READ,
        exchange -> exchange.answer(write(owner(parts, exchange))));
    router.post("/v1/sessions/{session}/threads/{thread}/archive", SESSIONS_WRITE, this::archive);
    router.get("/v1/sessions/{session}/threads/{thread}/events", SESSIONS_READ, this::events);
    router.get("/v1/sessions/{session}/threads/{thread}/stream", SESSIONS_READ, this::stream);
  }

  /// The session of the path, which has the thread of the path.
  private static Session owner(Parts parts, Exchange exchange) {
    var session = SessionRoutes.session(parts, exchange);
    check(session, ThreadId.of(exchange.id("thread")));
    return session;
  }

  /// Refuses a thread that the session does not have.
  static void check(Session session, ThreadId thread) {
    if (!session.thread().equals(thread)) {
      throw Problem.notFound("thread " + thread + " not found");
    }
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    query.limit(1000, 1000);
    var statuses = SessionRoutes.statuses(query);
    var session = SessionRoutes.session(parts, exchange);
    boolean shown = statuses.isEmpty() || statuses.contains(session.status());
    exchange.answer(Pages.whole(query, shown ? List.of(write(session)) : List.of()));
  }

  private void archive(Exchange exchange) {
    var session = owner(parts, exchange);
    throw Problem.invalid(
        "Thread " + session.thread() + " is the primary thread and cannot be archived.");
  }

  private void events(Exchange exchange) {
    var query = exchange.query();
    query.only(Set.of("limit", "page"));
    var session = owner(parts, exchange);
    pages.answer(exchange, session.id(), EventPages.Wanted.of(query, session.id()));
  }

  private void stream(Exchange exchange) throws InterruptedException {
    var thread = ThreadId.of(exchange.id("thread"));
    streams.run(exchange, session -> check(session, thread));
  }

  private Json write(Session session) {
    return SessionCodec.writeThread(session, parts.now(), ListCost.of(parts.models(), session));
  }
}
