package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.catalog.Agent;
import java.util.LinkedHashMap;

/// Agents as the API shows them.
public final class AgentCodec {
  private AgentCodec() {}

  public static Json.Obj write(Agent agent) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("id", Json.of(agent.id().value()));
    fields.put("type", Json.of("agent"));
    fields.putAll(DefinitionCodec.CODEC.write(agent.definition()).fields());
    fields.putIfAbsent("multiagent", Json.NULL);
    fields.put("metadata", Json.of(agent.metadata()));
    fields.put("version", Json.of(agent.version()));
    fields.put("created_at", Json.of(Times.write(agent.createdAt())));
    fields.put("updated_at", Json.of(Times.write(agent.updatedAt())));
    fields.put("archived_at", Json.of(Times.write(agent.archivedAt())));
    return new Json.Obj(fields);
  }
}
