package dev.drover.api;

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
    router.post("/v1/sessions", this::create);
    router.get("/v1/sessions", this::list);
    router.get("/v1/sessions/{}", exchange -> exchange.answer(write(session(parts, exchange))));
    router.post("/v1/sessions/{}", this::update);
    router.delete("/v1/sessions/{}", this::delete);
    router.post("/v1/sessions/{}/archive", this::archive);

    router.get("/v1/sessions/{}/resources", this::resources);
    var resources = Unsupported.because("adding and changing the resources of a session is");
    router.post("/v1/sessions/{}/resources", resources);
    router.post("/v1/sessions/{}/resources/{}", resources);
    router.get("/v1/sessions/{}/resources/{}", this::noResource);
    router.delete("/v1/sessions/{}/resources/{}", this::noResource);
  }

  /// The session that the path names.
  static Session session(Parts parts, Exchange exchange) {
    return parts.sessions().getSession(parts.workspace(), SessionId.of(exchange.parameter(0)));
  }

  private void create(Exchange exchange) {
    var asked = NewSession.read(parts, exchange.fields());
    var lease = parts.sessions().create(asked.session(), asked.events());
    lease.ifPresent(parts.brain()::wake);
    var session = asked.session();
    exchange.answer(
        write(
            lease.isPresent()
                ? parts.sessions().getSession(parts.workspace(), session.id())
                : session));
  }

  private void update(Exchange exchange) {
    var id = SessionId.of(exchange.parameter(0));
    var body = exchange.fields().raw();
    var updated =
        parts
            .sessions()
            .update(parts.workspace(), id, session -> SessionUpdate.apply(parts, session, body));
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
                parts.workspace(),
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
    var session = parts.sessions().archive(parts.workspace(), SessionId.of(exchange.parameter(0)));
    parts.brain().ended(session.id());
    exchange.answer(write(session));
  }

  private void delete(Exchange exchange) {
    var id = SessionId.of(exchange.parameter(0));
    parts.sessions().delete(parts.workspace(), id);
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
    throw Problem.notFound("resource " + exchange.parameter(1) + " not found");
  }

  private Json write(Session session) {
    return SessionCodec.write(session, parts.now(), ListCost.of(parts.models(), session));
  }
}
