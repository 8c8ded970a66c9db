package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Definition;
import java.util.LinkedHashMap;

/// Agents as the API shows and changes them.
public final class AgentCodec {
  private AgentCodec() {}

  public static Json.Obj write(Agent agent) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("id", Json.of(agent.id().value()));
    fields.put("type", Json.of("agent"));
    fields.putAll(DefinitionCodec.write(agent.definition()).fields());
    fields.put("multiagent", Json.NULL);
    fields.put("metadata", Json.of(agent.metadata()));
    fields.put("version", Json.of(agent.version()));
    fields.put("created_at", Json.of(Times.write(agent.createdAt())));
    fields.put("updated_at", Json.of(Times.write(agent.updatedAt())));
    fields.put("archived_at", Json.of(Times.write(agent.archivedAt())));
    return new Json.Obj(fields);
  }

  /// The definition that an update's body makes of a stored one, as a request for
  /// [DefinitionCodec#read]: what is sent takes the place of what is there. A model loses all that
  /// is not sent again, but keeps its effort as long as its id stays.
  public static Fields update(Definition stored, Json.Obj body) {
    var before = DefinitionCodec.write(stored);
    var fields = new LinkedHashMap<>(before.fields());
    fields.putAll(body.fields());
    fields.computeIfPresent("model", (_, model) -> model(model, before.object("model")));
    return Fields.of(new Json.Obj(fields), "");
  }

  /// As [#update], for a session's copy: a model that is sent takes the place of the whole model.
  ///
  /// @param path how the client would name a field, up to its name: `agent.`
  public static Fields override(Definition stored, Json.Obj sent, String path) {
    var fields = new LinkedHashMap<>(DefinitionCodec.write(stored).fields());
    fields.putAll(sent.fields());
    return Fields.of(
        new Json.Obj(fields), path.endsWith(".") ? path.substring(0, path.length() - 1) : path);
  }

  private static Json model(Json sent, Json.Obj stored) {
    var object = sent instanceof Json.Str id ? Json.obj("id", id) : sent;
    return object instanceof Json.Obj model
            && model.get("id").equals(stored.get("id"))
            && model.get("effort").isEmpty()
            && stored.get("effort").isPresent()
        ? model.with("effort", stored.object("effort"))
        : sent;
  }
}
