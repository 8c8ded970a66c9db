package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Definition;
import dev.drover.catalog.ModelConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an agent is, as JSON. What [#write] makes is the resolved form of the protocol, and a valid
/// request too: [#read] takes both.
public final class DefinitionCodec {
  private static final Set<String> EFFORTS = Set.of("low", "medium", "high", "xhigh", "max");

  private DefinitionCodec() {}

  /// The fields of a definition among those of an agent.
  public static Json.Obj write(Definition agent) {
    return Json.obj(
        "name",
        agent.name(),
        "description",
        agent.description(),
        "model",
        model(agent.model()),
        "system",
        agent.system(),
        "tools",
        ToolCodec.write(agent.tools()),
        "mcp_servers",
        List.of(),
        "skills",
        List.of(),
        "execution_identity",
        Json.obj("type", "service_account"));
  }

  /// Reads a definition's fields and leaves the others to the caller, who calls [Fields#end].
  ///
  /// @throws Problem `INVALID_REQUEST` for what the protocol forbids or this version does not
  ///   honour
  public static Definition read(Fields body) {
    var definition =
        new Definition(
            body.text("name", 1, 256),
            emptyIsNull(body.optionalText("description", 2048)),
            readModel(body),
            emptyIsNull(body.optionalText("system", 100_000)),
            ToolCodec.read(body));
    body.unsupported("mcp_servers");
    body.unsupported("skills");
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
    return definition;
  }

  private static @Nullable String emptyIsNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private static Json.Obj model(ModelConfig model) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("id", Json.of(model.id()));
    model.effort().ifPresent(effort -> fields.put("effort", Json.obj("type", effort)));
    fields.put("speed", Json.of(model.speed()));
    return new Json.Obj(fields);
  }

  private static ModelConfig readModel(Fields body) {
    if (body.required("model") instanceof Json.Str id) {
      body.text("model", 1, 256);
      return new ModelConfig(id.value(), Optional.empty(), "standard");
    }
    var model = Fields.of(body.required("model"), body.path("model"));
    var id = model.text("id", 1, 256);
    var speed = Optional.ofNullable(model.optionalText("speed", 16)).orElse("standard");
    if (!speed.equals("standard")) {
      throw model.problem("speed", "only \"standard\" is supported");
    }
    model.unsupported("inference_geo");
    var effort = model.value("effort").map(value -> effort(model, value));
    model.end();
    return new ModelConfig(id, effort, speed);
  }

  private static String effort(Fields model, Json value) {
    String level;
    if (value instanceof Json.Str text) {
      level = text.value();
    } else {
      var object = Fields.of(value, model.path("effort"));
      level = object.type();
      object.end();
    }
    if (!EFFORTS.contains(level)) {
      throw model.problem("effort", "must be one of low, medium, high, xhigh, max");
    }
    return level;
  }
}
