package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.EnvironmentId;
import dev.drover.desk.Caller;
import dev.drover.session.Event;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadId;
import dev.drover.wire.BudgetCodec;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.Metadata;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A session that a client asks for.
///
/// @param events what it begins with; may be empty
record NewSession(Session session, List<Event.FromClient> events) {
  private static final int MAX_EVENTS = 50;
  private static final List<String> OVERRIDES =
      List.of("model", "system", "tools", "mcp_servers", "skills");

  NewSession {
    events = List.copyOf(events);
  }

  /// @throws Problem `INVALID_REQUEST`; `NOT_FOUND` for what it refers to
  static NewSession read(Parts parts, Caller caller, Fields body) {
    var agentField = body.required("agent");
    var environmentId = EnvironmentId.of(body.text("environment_id", 1, 256));
    var title = body.optionalPlainText("title", 256);
    var metadata = Metadata.read(body);
    var budget = BudgetCodec.read(body);
    var initial = body.objects("initial_events", MAX_EVENTS);
    List.of("resources", "vault_ids").forEach(body::unsupported);
    body.end();
    var choice = AgentChoice.read(parts, caller, agentField, body);
    var environment = EnvironmentRoutes.forSession(parts, caller, environmentId);
    var session =
        new Session(
            new SessionId(parts.ids().next(SessionId.PREFIX)),
            new Session.Origin(
                caller.workspace(),
                new ThreadId(parts.ids().next(ThreadId.PREFIX)),
                choice.agent().id(),
                choice.agent().version(),
                environment.id(),
                environment.networking(),
                parts.now()),
            new Session.Editable(choice.definition(), title, metadata, budget));
    ListCost.checkBudgetable(parts.models(), session);
    return new NewSession(session, events(parts, session, initial));
  }

  private static List<Event.FromClient> events(Parts parts, Session session, List<Fields> initial) {
    for (var event : initial) {
      var type = event.type();
      if (!type.equals("user.message") && !type.equals("user.define_outcome")) {
        throw event.problem("type", "must be \"user.message\" or \"user.define_outcome\"");
      }
    }
    return new ClientEvents(session, parts.ids(), parts.imageLimits()).readAll(initial);
  }

  /// The agent that a session is made from.
  ///
  /// @param definition the agent's, with what the client wants otherwise
  private record AgentChoice(Agent agent, Definition definition) {
    /// @param field an id, or an object that may name a version and overrides
    static AgentChoice read(Parts parts, Caller caller, Json field, Fields body) {
      if (field instanceof Json.Str) {
        var agent = agent(parts, caller, AgentId.of(body.text("agent", 1, 256)), Optional.empty());
        return new AgentChoice(agent, agent.definition());
      }
      var reference = Fields.of(field, body.path("agent"));
      boolean overrides =
          switch (reference.type()) {
            case "agent" -> false;
            case "agent_with_overrides" -> true;
            default ->
                throw reference.problem("type", "must be \"agent\" or \"agent_with_overrides\"");
          };
      var id = AgentId.of(reference.text("id", 1, 256));
      var version = reference.integer("version", 1, Integer.MAX_VALUE).map(Math::toIntExact);
      var named =
          overrides ? OVERRIDES.stream().filter(reference::has).toList() : List.<String>of();
      reference.end();
      var agent = agent(parts, caller, id, version);
      return new AgentChoice(agent, overridden(parts, agent.definition(), reference, named));
    }

    private static Definition overridden(
        Parts parts, Definition agent, Fields reference, List<String> named) {
      if (named.isEmpty()) {
        return agent;
      }
      if (reference.has("model") && reference.value("model").isEmpty()) {
        throw Problem.invalid(
            "agent_model_required", reference.path("model") + ": agent_model_required");
      }
      var definition = DefinitionCodec.CODEC.override(agent, reference);
      return reference.has("model") ? ModelChoice.settled(parts.models(), definition) : definition;
    }

    private static Agent agent(Parts parts, Caller caller, AgentId id, Optional<Integer> version) {
      var latest = parts.agents().get(caller.workspace(), id, OptionalInt.empty());
      if (latest.archivedAt() != null) {
        throw Problem.invalid("Agent " + id + " is archived.");
      }
      if (version.isEmpty()) {
        return latest;
      }
      try {
        return parts.agents().get(caller.workspace(), id, OptionalInt.of(version.get()));
      } catch (Problem problem) {
        throw problem.kind() == Problem.Kind.NOT_FOUND
            ? Problem.notFound("agent.version: " + version.get() + " not found")
            : problem;
      }
    }
  }
}
