package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.EnvironmentId;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.Status;
import dev.drover.session.ThreadId;
import dev.drover.session.Usage;
import dev.drover.wire.Fields;
import dev.drover.wire.Metadata;
import dev.drover.wire.SessionCodec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
    router.post("/v1/sessions/{}", Unsupported.because("updating sessions is"));
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
    var body = exchange.fields();
    var agentField = body.required("agent");
    var environmentId = EnvironmentId.of(body.text("environment_id", 1, 256));
    var title = body.optionalText("title", 256);
    var metadata = Metadata.read(body);
    List.of("resources", "vault_ids", "budget", "initial_events").forEach(body::unsupported);
    body.end();
    var agent = agent(agentField, body);
    var environment = EnvironmentRoutes.forSession(parts, environmentId);
    var now = parts.now();
    var session =
        new Session(
            new SessionId(parts.ids().next(SessionId.PREFIX)),
            parts.workspace(),
            new ThreadId(parts.ids().next(ThreadId.PREFIX)),
            agent.id(),
            agent.version(),
            agent.definition(),
            environment.id(),
            environment.networking(),
            title,
            metadata,
            Status.IDLE,
            Usage.NONE,
            null,
            false,
            0,
            now,
            now,
            null);
    parts.sessions().create(session);
    exchange.answer(write(session));
  }

  /// The agent that a session is to be made from: an id, or an object that may name a version.
  private Agent agent(Json field, Fields body) {
    if (field instanceof Json.Str) {
      return agent(AgentId.of(body.text("agent", 1, 256)), Optional.empty());
    }
    var reference = Fields.of(field, body.path("agent"));
    switch (reference.type()) {
      case "agent" -> {}
      case "agent_with_overrides" ->
          throw reference.problem(
              "type", "\"agent_with_overrides\" is not supported by this version of Drover");
      default -> throw reference.problem("type", "must be \"agent\"");
    }
    var id = AgentId.of(reference.text("id", 1, 256));
    var version = reference.integer("version", 1, Integer.MAX_VALUE).map(Math::toIntExact);
    reference.end();
    return agent(id, version);
  }

  private Agent agent(AgentId id, Optional<Integer> version) {
    var latest = parts.agents().get(parts.workspace(), id, OptionalInt.empty());
    if (latest.archivedAt() != null) {
      throw Problem.invalid("Agent " + id + " is archived.");
    }
    if (version.isEmpty()) {
      return latest;
    }
    try {
      return parts.agents().get(parts.workspace(), id, OptionalInt.of(version.get()));
    } catch (Problem problem) {
      throw problem.kind() == Problem.Kind.NOT_FOUND
          ? Problem.notFound("agent.version: " + version.get() + " not found")
          : problem;
    }
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
                if (status.name().toLowerCase(Locale.ROOT).equals(name)) {
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
    return SessionCodec.write(session, parts.now());
  }
}
