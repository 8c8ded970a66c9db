package dev.drover.api;

import static dev.drover.desk.KeyScope.SESSIONS_READ;
import static dev.drover.desk.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.AgentId;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.Status;
import dev.drover.wire.SessionCodec;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/// `/v1/sessions`, and the resources of a session, of which there are none yet.
final class SessionRoutes {
  private final Parts parts;

  SessionRoutes(Parts parts) {
    this.parts = parts;
  }

  void addTo(Router router) {
    router.post("/v1/sessions", SESSIONS_WRITE, this::create);
    router.get("/v1/sessions", SESSIONS_READ, this::list);
    router.get("/v1/sessions/{session}", SESSIONS_READ, this::retrieve);
    router.post("/v1/sessions/{session}", SESSIONS_WRITE, this::update);
    router.delete("/v1/sessions/{session}", SESSIONS_WRITE, this::delete);
    router.post("/v1/sessions/{session}/archive", SESSIONS_WRITE, this::archive);

    router.get("/v1/sessions/{session}/resources", SESSIONS_READ, this::resources);
    var resources = Unsupported.because("adding and changing the resources of a session is");
    router.post("/v1/sessions/{session}/resources", SESSIONS_WRITE, resources);
    router.post("/v1/sessions/{session}/resources/{resource}", SESSIONS_WRITE, resources);
    router.get("/v1/sessions/{session}/resources/{resource}", SESSIONS_READ, this::noResource);
    router.delete("/v1/sessions/{session}/resources/{resource}", SESSIONS_WRITE, this::noResource);
  }

  /// The session that the path names.
  static Session session(Parts parts, Exchange exchange) {
    return parts
        .sessions()
        .getSession(exchange.caller().workspace(), SessionId.of(exchange.id("session")));
  }

  private void create(Exchange exchange) {
    var asked = NewSession.read(parts, exchange.caller(), exchange.fields());
    var lease = parts.sessions().create(asked.session(), asked.events());
    lease.ifPresent(parts.brain()::wake);
    var session = asked.session();
    exchange.answer(
        write(
            lease.isPresent()
                ? parts.sessions().getSession(exchange.caller().workspace(), session.id())
                : session));
  }

  private void retrieve(Exchange exchange) {
    exchange.answer(write(session(parts, exchange)));
  }

  private void update(Exchange exchange) {
    var id = SessionId.of(exchange.id("session"));
    var body = exchange.fields().raw();
    var updated =
        parts
            .sessions()
            .update(
                exchange.caller().workspace(),
                id,
                session -> SessionUpdate.apply(parts, session, body));
    updated.lease().ifPresentOrElse(parts.brain()::wake, () -> parts.brain().ring(id));
    exchange.answer(write(updated.session()));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    query.unsupported("deployment_id", "memory_store_id");
    var agent = query.text("agent_id").map(AgentId::of);
    var version = query.number("agent_version", Integer.MAX_VALUE);
    if (version.isPresent() && agent.isEmpty()) {
      throw Query.problem("agent_version", "is of use only together with agent_id");
    }
    var period = Period.of(query);
    var page =
        parts
            .sessions()
            .list(
                exchange.caller().workspace(),
                new Sessions.Listing(
                    query.limit(20, 100),
                    query.page(),
                    query.ascending(false),
                    query.flag("include_archived"),
                    statuses(query),
                    agent,
                    version.map(OptionalInt::of).orElse(OptionalInt.empty()),
                    period.from(),
                    period.to()));
    exchange.answer(Pages.of(page, this::write).with("prev_page", page.previous().orElse(null)));
  }

  /// The statuses that a list is narrowed to; empty: all.
  static Set<Status> statuses(Query query) {
    return query.all("statuses", 100).stream()
        .map(
            name -> {
              for (var status : Status.values()) {
                if (status != Status.OTHER && status.name().toLowerCase(Locale.ROOT).equals(name)) {
                  return status;
                }
              }
              throw Query.problem("statuses", "must be of idle, running, rescheduling, terminated");
            })
        .collect(Collectors.toUnmodifiableSet());
  }

  private void archive(Exchange exchange) {
    var session =
        parts
            .sessions()
            .archive(exchange.caller().workspace(), SessionId.of(exchange.id("session")));
    parts.brain().ended(session.id());
    exchange.answer(write(session));
  }

  private void delete(Exchange exchange) {
    var id = SessionId.of(exchange.id("session"));
    parts.sessions().delete(exchange.caller().workspace(), id);
    parts.brain().deleted(id);
    exchange.answer(Json.obj("id", id.value(), "type", "session_deleted"));
  }

  private void resources(Exchange exchange) {
    var query = exchange.query();
    query.limit(1000, 1000);
    session(parts, exchange);
    exchange.answer(Pages.whole(query, List.of()));
  }

  private void noResource(Exchange exchange) {
    session(parts, exchange);
    throw Problem.notFound("resource " + exchange.id("resource") + " not found");
  }

  private Json write(Session session) {
    return SessionCodec.write(session, parts.now(), ListCost.of(parts.models(), session));
  }
}
