package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import java.util.LinkedHashMap;
import java.util.Set;

/// The JSON form of agents: the fields of a definition, and metadata.
public final class AgentCodec implements ResourceCodec<Agent> {
  public static final AgentCodec CODEC = new AgentCodec();

  private AgentCodec() {}

  @Override
  public ResourceKind<Agent> kind() {
    return Agent.KIND;
  }

  @Override
  public Agent request(Fields sent) {
    return new Agent(DefinitionCodec.CODEC.request(sent), Metadata.read(sent));
  }

  @Override
  public Agent update(Agent before, Fields sent) {
    return new Agent(
        DefinitionCodec.CODEC.update(before.definition(), sent),
        Metadata.patch(sent, before.metadata()));
  }

  @Override
  public Agent stored(Json.Obj json) {
    return new Agent(
        DefinitionCodec.CODEC.stored(NewerFields.without(json, Set.of(Metadata.FIELD))),
        Metadata.stored(json));
  }

  @Override
  public Json.Obj write(Agent agent) {
    return DefinitionCodec.CODEC
        .write(agent.definition())
        .with(Metadata.FIELD, Json.of(agent.metadata()));
  }

  @Override
  public Json.Obj shown(Resource<Agent> resource) {
    var agent = resource.content();
    var fields = new LinkedHashMap<>(DefinitionCodec.CODEC.write(agent.definition()).fields());
    fields.putIfAbsent("multiagent", Json.NULL);
    fields.put(Metadata.FIELD, Json.of(agent.metadata()));
    return new Json.Obj(fields);
  }
}
