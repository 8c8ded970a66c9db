package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;
import static dev.drover.access.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.desk.SessionDesk;
import dev.drover.session.Session;
import dev.drover.session.SessionThread;
import dev.drover.session.ThreadId;
import dev.drover.wire.ThreadCodec;
import java.util.Set;

/// The routes of `/v1/sessions/{id}/threads`: the threads of a session, their events and their
/// streams.
final class ThreadRoutes {
  private final Backend backend;
  private final EventPages pages;
  private final StreamRoute streams;

  ThreadRoutes(Backend backend, EventPages pages, StreamRoute streams) {
    this.backend = backend;
    this.pages = pages;
    this.streams = streams;
  }

  void addTo(Router router) {
    router.get("/v1/sessions/{session}/threads", SESSIONS_READ, this::list);
    router.get(
        "/v1/sessions/{session}/threads/{thread}",
        SESSIONS_READ,
        exchange -> exchange.answer(get(exchange)));
    router.post("/v1/sessions/{session}/threads/{thread}/archive", SESSIONS_WRITE, this::archive);
    router.get("/v1/sessions/{session}/threads/{thread}/events", SESSIONS_READ, this::events);
    router.get("/v1/sessions/{session}/threads/{thread}/stream", SESSIONS_READ, this::stream);
  }

  private static SessionThread thread(Session session, Exchange exchange) {
    return SessionDesk.thread(session, ThreadId.of(exchange.id("thread")));
  }

  private Json get(Exchange exchange) {
    var session = backend.session(exchange);
    return write(thread(session, exchange));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    query.limit(1000, 1000);
    var statuses = query.statuses();
    var session = backend.session(exchange);
    var shown =
        session.threads().stream()
            .filter(one -> statuses.isEmpty() || statuses.contains(one.progress().status()))
            .map(this::write)
            .toList();
    exchange.answer(Pages.whole(query, shown));
  }

  private void archive(Exchange exchange) {
    var thread = thread(backend.session(exchange), exchange);
    throw Problem.invalid(
        "Thread " + thread.id() + " is the primary thread and cannot be archived.");
  }

  private void events(Exchange exchange) {
    var query = exchange.query();
    query.only(Set.of("limit", "page"));
    var session = backend.session(exchange);
    var key = thread(session, exchange).key();
    pages.answer(exchange, session.id(), EventPages.Wanted.of(query, session.id(), key));
  }

  private void stream(Exchange exchange) throws InterruptedException {
    var id = ThreadId.of(exchange.id("thread"));
    streams.run(exchange, session -> SessionDesk.thread(session, id).key());
  }

  private Json write(SessionThread thread) {
    return ThreadCodec.write(thread, backend.now(), backend.desk().cost(thread));
  }
}
