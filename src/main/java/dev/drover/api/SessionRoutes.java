package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;
import static dev.drover.access.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Json;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.desk.SessionDesk;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.wire.SessionCodec;
import java.util.OptionalInt;

/// The routes of `/v1/sessions`.
final class SessionRoutes {
  private final Backend backend;
  private final SessionDesk desk;

  SessionRoutes(Backend backend) {
    this.backend = backend;
    desk = backend.desk();
  }

  void addTo(Router router) {
    router.post("/v1/sessions", SESSIONS_WRITE, this::create);
    router.get("/v1/sessions", SESSIONS_READ, this::list);
    router.get("/v1/sessions/{session}", SESSIONS_READ, this::retrieve);
    router.post("/v1/sessions/{session}", SESSIONS_WRITE, this::update);
    router.delete("/v1/sessions/{session}", SESSIONS_WRITE, this::delete);
    router.post("/v1/sessions/{session}/archive", SESSIONS_WRITE, this::archive);
  }

  private void create(Exchange exchange) {
    var events = ClientEvents.of(backend, exchange);
    var request = SessionBodies.create(exchange.fields(), events);
    exchange.answer(write(desk.create(exchange.caller(), request)));
  }

  private void retrieve(Exchange exchange) {
    exchange.answer(write(backend.session(exchange)));
  }

  private void update(Exchange exchange) {
    var id = SessionId.of(exchange.id("session"));
    var change = SessionBodies.update(exchange.fields());
    exchange.answer(write(desk.update(exchange.caller(), id, change)));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    query.unsupported("deployment_id");
    var agent = query.text("agent_id").map(AgentId::of);
    var version = query.number("agent_version", Integer.MAX_VALUE);
    if (version.isPresent() && agent.isEmpty()) {
      throw Query.problem("agent_version", "requires agent_id");
    }
    var period = Period.of(query);
    var listing =
        new Sessions.Listing(
            query.limit(20, 100),
            query.page(),
            query.ascending(false),
            query.flag("include_archived"),
            query.statuses(),
            agent,
            version.map(OptionalInt::of).orElse(OptionalInt.empty()),
            query.text("memory_store_id").map(MemoryStoreId::of),
            period.from(),
            period.to());
    var page = desk.list(exchange.caller(), listing);
    exchange.answer(Pages.of(page, this::write).with("prev_page", page.previous().orElse(null)));
  }

  private void archive(Exchange exchange) {
    var id = SessionId.of(exchange.id("session"));
    exchange.answer(write(desk.archive(exchange.caller(), id)));
  }

  private void delete(Exchange exchange) {
    var id = SessionId.of(exchange.id("session"));
    desk.delete(exchange.caller(), id);
    exchange.answer(Json.obj("id", id.value(), "type", "session_deleted"));
  }

  private Json write(Session session) {
    return SessionCodec.write(session, backend.now(), desk.cost(session));
  }
}
