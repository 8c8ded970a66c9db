package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Definition;
import dev.drover.catalog.ModelConfig;
import org.jspecify.annotations.Nullable;

/// The JSON form of an agent's definition, whose fields are among those of agents, sessions and
/// requests.
public final class DefinitionCodec implements Codec<Definition> {
  public static final DefinitionCodec CODEC = new DefinitionCodec();

  private DefinitionCodec() {}

  /// The resolved form of the protocol, which clients may send, too.
  @Override
  public Json.Obj write(Definition agent) {
    return NewerFields.over(known(agent), agent.newer());
  }

  private static Json.Obj known(Definition agent) {
    return Json.obj(
        "name", agent.name(),
        "description", agent.description(),
        "model", ModelCodec.write(agent.model()),
        "system", agent.system(),
        "tools", ToolCodec.write(agent.tools()),
        "mcp_servers", McpServerCodec.write(agent.mcpServers()),
        "skills", SkillReferences.write(agent.skills()),
        "execution_identity", Json.obj("type", "service_account"));
  }

  @Override
  public Definition stored(Json.Obj json) {
    var name = json.text("name");
    var known =
        new Definition(
            name == null ? "" : name,
            json.text("description"),
            ModelCodec.stored(json.get("model").orElse(Json.NULL)),
            json.text("system"),
            StoredTools.read(json.items("tools")),
            McpServerCodec.stored(json.items("mcp_servers")),
            SkillReferences.stored(json.items("skills")),
            Json.EMPTY);
    return with(known, NewerFields.of(json, known(known)));
  }

  /// Reads the fields of a definition and leaves the others to the caller, which calls
  /// [Fields#end].
  ///
  /// @throws Problem `INVALID_REQUEST` for values that the protocol forbids or this version does
  ///   not support
  @Override
  public Definition request(Fields body) {
    var definition =
        new Definition(
            body.name("name", 256),
            emptyIsNull(body.optionalText("description", 2048)),
            ModelCodec.request(body),
            emptyIsNull(body.optionalText("system", 100_000)),
            ToolCodec.read(body),
            McpServerCodec.read(body),
            SkillReferences.read(body),
            Json.EMPTY);
    refuseUnsupported(body);
    SkillReferences.check(body, definition);
    McpServerCodec.check(definition);
    return definition;
  }

  /// The definition that results from an update of a stored one, read as by [#request]: sent fields
  /// replace stored ones, and all others stay as they are stored. A sent model loses all fields
  /// that are not sent, but keeps its effort if its id does not change.
  public Definition update(Definition stored, Fields sent) {
    var updated = override(stored, sent);
    if (!keepsEffort(stored.model(), sent)) {
      return updated;
    }
    var model = updated.model();
    var kept = new ModelConfig(model.id(), stored.model().effort(), model.speed());
    var effort = stored.newer().object("model").get("effort");
    return with(
        updated.withModel(kept),
        effort
            .map(newer -> updated.newer().with("model", Json.obj("effort", newer)))
            .orElse(updated.newer()));
  }

  /// As [#update], for a session's copy, in which a sent model replaces the whole model.
  public Definition override(Definition stored, Fields sent) {
    var known =
        new Definition(
            sent.has("name") ? sent.name("name", 256) : stored.name(),
            sent.has("description")
                ? emptyIsNull(sent.optionalText("description", 2048))
                : stored.description(),
            sent.has("model") ? ModelCodec.request(sent) : stored.model(),
            sent.has("system")
                ? emptyIsNull(sent.optionalText("system", 100_000))
                : stored.system(),
            sent.has("tools") ? ToolCodec.read(sent) : stored.tools(),
            sent.has("mcp_servers") ? McpServerCodec.read(sent) : stored.mcpServers(),
            sent.has("skills") ? SkillReferences.read(sent) : stored.skills(),
            Json.EMPTY);
    refuseUnsupported(sent);
    if (sent.has("tools") || sent.has("skills")) {
      SkillReferences.check(sent, known);
    }
    if (sent.has("tools") || sent.has("mcp_servers")) {
      McpServerCodec.check(known);
    }
    return with(known, NewerFields.without(stored.newer(), sent.raw().fields().keySet()));
  }

  private static boolean keepsEffort(ModelConfig stored, Fields sent) {
    return switch (sent.raw().get("model").orElse(Json.NULL)) {
      case Json.Str id -> id.value().equals(stored.id());
      case Json.Obj model -> model.get("effort").isEmpty() && stored.id().equals(model.text("id"));
      default -> false;
    };
  }

  private static Definition with(Definition known, Json.Obj newer) {
    return new Definition(
        known.name(),
        known.description(),
        known.model(),
        known.system(),
        known.tools(),
        known.mcpServers(),
        known.skills(),
        newer);
  }

  private static void refuseUnsupported(Fields body) {
    body.unsupported("multiagent");
    if (body.has("callable_agents")) {
      throw body.problem(
          "callable_agents",
          "is now \"multiagent\", which is not supported by this version of Drover");
    }
    body.object("execution_identity")
        .ifPresent(
            identity -> {
              identity.type("service_account");
              identity.end();
            });
  }

  private static @Nullable String emptyIsNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
