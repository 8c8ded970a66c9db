package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Definition;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.Toolset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an agent is, as JSON. What [#write] makes is the resolved form of the protocol, and a valid
/// request too: [#read] takes both.
public final class DefinitionCodec {
  private static final Set<String> EFFORTS = Set.of("low", "medium", "high", "xhigh", "max");
  private static final Set<String> TOOLS =
      Set.of("bash", "read", "write", "edit", "glob", "grep", "web_fetch", "web_search");

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
        agent.toolset().map(DefinitionCodec::toolset).map(List::of).orElse(List.of()),
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
            readTools(body));
    body.unsupported("mcp_servers");
    body.unsupported("skills");
    body.unsupported("multiagent");
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

  private static Json.Obj toolset(Toolset toolset) {
    return Json.obj(
        "type",
        "agent_toolset_20260401",
        "default_config",
        setting(toolset.defaults()),
        "configs",
        toolset.overrides().stream().map(DefinitionCodec::override).toList());
  }

  private static Json.Obj setting(Toolset.Setting setting) {
    return Json.obj(
        "enabled",
        setting.enabled(),
        "permission_policy",
        Json.obj("type", EventCodec.lower(setting.policy())));
  }

  private static Json.Obj override(Toolset.ToolSetting entry) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("name", Json.of(entry.tool()));
    fields.put("type", Json.of(entry.tool()));
    fields.putAll(setting(entry.setting()).fields());
    if (entry.tool().equals("web_fetch")) {
      fields.put("url_sources", Json.NULL);
    }
    return new Json.Obj(fields);
  }

  private static Optional<Toolset> readTools(Fields body) {
    Optional<Toolset> toolset = Optional.empty();
    for (var tool : body.objects("tools", 256)) {
      switch (tool.type()) {
        case "agent_toolset_20260401" -> {
          if (toolset.isPresent()) {
            throw tool.problem("type", "only one agent_toolset_20260401 is allowed");
          }
          toolset = Optional.of(readToolset(tool));
        }
        case "mcp_toolset", "custom" ->
            throw tool.problem(
                "type", "\"" + tool.type() + "\" is not supported by this version of Drover");
        default -> throw tool.problem("type", "unknown tool type");
      }
    }
    return toolset;
  }

  private static Toolset readToolset(Fields tool) {
    var defaults =
        tool.object("default_config")
            .map(
                config -> {
                  var setting = readSetting(config, Toolset.OPEN);
                  config.end();
                  return setting;
                })
            .orElse(Toolset.OPEN);
    var overrides = new ArrayList<Toolset.ToolSetting>();
    var names = new HashSet<String>();
    for (var config : tool.objects("configs", 256)) {
      var name = config.text("name", 1, 128);
      if (!TOOLS.contains(name)) {
        throw config.problem("name", "unknown tool");
      }
      if (!names.add(name)) {
        throw config.problem("name", "is configured twice");
      }
      if (config.value("type").isPresent()) {
        config.type(name);
      }
      for (var web :
          List.of(
              "allowed_domains",
              "blocked_domains",
              "max_content_tokens",
              "url_sources",
              "user_location")) {
        config.unsupported(web);
      }
      overrides.add(new Toolset.ToolSetting(name, readSetting(config, defaults)));
      config.end();
    }
    tool.end();
    return new Toolset(defaults, overrides);
  }

  private static Toolset.Setting readSetting(Fields config, Toolset.Setting otherwise) {
    var policy =
        config
            .object("permission_policy")
            .map(
                value -> {
                  switch (value.type()) {
                    case "always_allow" -> value.end();
                    case "always_ask", "auto" ->
                        throw value.problem(
                            "type",
                            "\"" + value.type() + "\" is not supported by this version of Drover");
                    default -> throw value.problem("type", "unknown policy");
                  }
                  return Toolset.Policy.ALWAYS_ALLOW;
                })
            .orElse(otherwise.policy());
    return new Toolset.Setting(config.bool("enabled").orElse(otherwise.enabled()), policy);
  }
}
