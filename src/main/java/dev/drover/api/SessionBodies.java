package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.VaultId;
import dev.drover.desk.AgentChoice;
import dev.drover.desk.SessionChange;
import dev.drover.desk.SessionRequest;
import dev.drover.session.Event;
import dev.drover.session.Session;
import dev.drover.wire.BudgetCodec;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The reader of the requests that create and update a session. Every problem is `INVALID_REQUEST`.
final class SessionBodies {
  private static final int MAX_EVENTS = 50;
  private static final int MAX_VAULTS = 50;
  private static final List<String> OVERRIDES =
      List.of("model", "system", "tools", "mcp_servers", "skills");

  private SessionBodies() {}

  static SessionRequest create(Fields body, ClientEvents events) {
    var agent = body.required("agent");
    var environment = body.id("environment_id", EnvironmentId::of);
    var title = body.optionalPlainText("title", 256);
    var metadata = Metadata.read(body);
    var budget = BudgetCodec.read(body);
    var initial = body.objects("initial_events", MAX_EVENTS);
    var resources = ResourceBodies.list(body);
    var vaults = vaults(body);
    body.end();
    return new SessionRequest(
        agent(agent, body),
        environment,
        title,
        metadata,
        budget,
        resources,
        vaults,
        initial(initial, events));
  }

  private static List<VaultId> vaults(Fields body) {
    var ids = body.texts("vault_ids", MAX_VAULTS, 256);
    var vaults = new ArrayList<VaultId>();
    for (int i = 0; i < ids.size(); i++) {
      try {
        vaults.add(VaultId.of(ids.get(i)));
      } catch (Problem malformed) {
        throw body.problem("vault_ids." + i, malformed.getMessage());
      }
    }
    return vaults;
  }

  private static List<Event.FromClient> initial(List<Fields> initial, ClientEvents events) {
    for (var event : initial) {
      var type = event.type();
      if (!type.equals("user.message") && !type.equals("user.define_outcome")) {
        throw event.problem("type", "must be \"user.message\" or \"user.define_outcome\"");
      }
    }
    return events.readAll(initial);
  }

  /// @param field an id, or an object that may name a version and overrides
  private static AgentChoice agent(Json field, Fields body) {
    if (field instanceof Json.Str) {
      return new AgentChoice(body.id("agent", AgentId::of));
    }
    var reference = body.objectInsteadOfString("agent");
    boolean overrides =
        switch (reference.type()) {
          case "agent" -> false;
          case "agent_with_overrides" -> true;
          default ->
              throw reference.problem("type", "must be \"agent\" or \"agent_with_overrides\"");
        };
    var id = reference.id("id", AgentId::of);
    var version =
        reference
            .integer("version", 1, Integer.MAX_VALUE)
            .map(number -> OptionalInt.of(Math.toIntExact(number)))
            .orElse(OptionalInt.empty());
    boolean named = overrides && OVERRIDES.stream().filter(reference::has).count() > 0;
    reference.end();
    return new AgentChoice(
        id, version, named ? Optional.of(overrides(reference)) : Optional.empty());
  }

  private static AgentChoice.Overrides overrides(Fields reference) {
    if (reference.has("model") && reference.value("model").isEmpty()) {
      throw Problem.invalid(
          "agent_model_required", reference.path("model") + ": agent_model_required");
    }
    return new AgentChoice.Overrides(
        reference.has("model"), agent -> DefinitionCodec.CODEC.override(agent, reference));
  }

  static SessionChange update(Fields body) {
    var sent = body.raw();
    return new SessionChange(body.has("budget"), before -> updated(before, Fields.of(sent, "")));
  }

  private static Session.Editable updated(Session.Editable before, Fields body) {
    var title = body.has("title") ? body.optionalPlainText("title", 256) : before.title();
    var metadata = Metadata.patch(body, before.metadata());
    var budget = body.has("budget") ? BudgetCodec.read(body) : before.budget();
    var agent = body.object("agent").map(fields -> definition(before.agent(), fields));
    if (body.has("vault_ids")) {
      throw body.problem("vault_ids", "cannot be updated");
    }
    body.end();
    return new Session.Editable(agent.orElse(before.agent()), title, metadata, budget);
  }

  private static Definition definition(Definition agent, Fields fields) {
    for (var field : fields.raw().fields().keySet()) {
      if (!field.equals("tools") && !field.equals("mcp_servers")) {
        throw fields.problem(field, "only `tools` and `mcp_servers` are updatable");
      }
    }
    return DefinitionCodec.CODEC.override(agent, fields);
  }
}
