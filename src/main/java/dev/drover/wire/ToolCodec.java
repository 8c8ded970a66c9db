package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.McpToolset;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The JSON form of an agent's `tools`. [#write] returns the resolved form of the protocol, which
/// is also a valid request; [#read] accepts both forms.
final class ToolCodec {
  private static final int MAX_TOOLS = 256;

  private ToolCodec() {}

  static Json.Arr write(List<Tool> tools) {
    return new Json.Arr(
        tools.stream()
            .<Json>map(
                tool ->
                    switch (tool) {
                      case Toolset toolset -> toolset(toolset);
                      case McpToolset toolset -> mcpToolset(toolset);
                      case CustomTool custom -> CustomToolCodec.write(custom);
                    })
            .toList());
  }

  private static Json.Obj toolset(Toolset toolset) {
    return Json.obj(
        "type", "agent_toolset_20260401",
        "default_config", setting(toolset.defaults()),
        "configs", toolset.overrides().stream().map(ToolCodec::override).toList());
  }

  private static Json.Obj mcpToolset(McpToolset toolset) {
    return Json.obj(
        "type", "mcp_toolset",
        "mcp_server_name", toolset.server(),
        "default_config", setting(toolset.defaults()),
        "configs",
            toolset.overrides().stream()
                .map(entry -> named(entry.tool(), setting(entry.setting())))
                .toList());
  }

  private static Json.Obj named(String tool, Json.Obj setting) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("name", Json.of(tool));
    fields.putAll(setting.fields());
    return new Json.Obj(fields);
  }

  private static Json.Obj setting(Toolset.Setting setting) {
    return Json.obj(
        "enabled", setting.enabled(),
        "permission_policy", Json.obj("type", EventCodec.lower(setting.policy())));
  }

  private static Json.Obj override(Toolset.ToolSetting entry) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("name", Json.of(entry.tool()));
    fields.put("type", Json.of(entry.tool()));
    fields.putAll(setting(entry.setting()).fields());
    fields.putAll(ToolRulesCodec.write(entry.tool(), entry.rules()).fields());
    return new Json.Obj(fields);
  }

  /// Reads the field `tools`, which may be absent.
  ///
  /// @throws Problem `INVALID_REQUEST` for values that the protocol forbids or this version does
  ///   not support
  static List<Tool> read(Fields body) {
    var tools = new ArrayList<Tool>();
    var names = new HashSet<String>();
    var entries = body.objects("tools", MAX_TOOLS);
    var custom = customNames(entries);
    for (var tool : entries) {
      switch (tool.type()) {
        case "agent_toolset_20260401" -> {
          if (!names.add(tool.type())) {
            throw tool.problem("type", "only one agent_toolset_20260401 is allowed");
          }
          tools.add(readToolset(tool, custom));
        }
        case "custom" -> {
          var read = CustomToolCodec.read(tool);
          if (Toolset.NAMES.contains(read.name())) {
            throw tool.problem("name", "is the name of a built-in tool");
          }
          if (!names.add("custom " + read.name())) {
            throw tool.problem("name", "is used twice");
          }
          tools.add(read);
        }
        case "mcp_toolset" -> {
          var toolset = McpToolsetReader.read(tool);
          if (!names.add("mcp " + toolset.server())) {
            throw tool.problem("mcp_server_name", "is used by another mcp_toolset");
          }
          tools.add(toolset);
        }
        default -> throw tool.problem("type", "unknown tool type");
      }
    }
    return tools;
  }

  /// The names of the custom tools, to which the toolset may refer before it is known whether they
  /// are valid.
  private static Set<String> customNames(List<Fields> tools) {
    return tools.stream()
        .map(Fields::raw)
        .filter(tool -> "custom".equals(tool.text("type")))
        .map(tool -> String.valueOf(tool.text("name")))
        .collect(Collectors.toSet());
  }

  private static Toolset readToolset(Fields tool, Set<String> custom) {
    var defaults = readDefaults(tool, Toolset.OPEN);
    var overrides = new ArrayList<Toolset.ToolSetting>();
    var names = new HashSet<String>();
    for (var config : tool.objects("configs", 256)) {
      var name = config.text("name", 1, 128);
      if (!Toolset.NAMES.contains(name)) {
        throw config.problem("name", "unknown tool");
      }
      if (!names.add(name)) {
        throw config.problem("name", "is configured twice");
      }
      if (config.value("type").isPresent()) {
        config.type(name);
      }
      var rules = ToolRulesCodec.request(name, config, custom);
      overrides.add(new Toolset.ToolSetting(name, readSetting(config, defaults), rules));
      config.end();
    }
    tool.end();
    return new Toolset(defaults, overrides);
  }

  static Toolset.Setting readDefaults(Fields tool, Toolset.Setting otherwise) {
    return tool.object("default_config")
        .map(
            config -> {
              var setting = readSetting(config, otherwise);
              config.end();
              return setting;
            })
        .orElse(otherwise);
  }

  static Toolset.Setting readSetting(Fields config, Toolset.Setting otherwise) {
    var policy =
        config
            .object("permission_policy")
            .map(
                value -> {
                  var read =
                      switch (value.type()) {
                        case "always_allow" -> Toolset.Policy.ALWAYS_ALLOW;
                        case "always_ask" -> Toolset.Policy.ALWAYS_ASK;
                        case "auto" -> Toolset.Policy.AUTO;
                        default -> throw value.problem("type", "unknown policy");
                      };
                  value.end();
                  return read;
                })
            .orElse(otherwise.policy());
    return new Toolset.Setting(config.bool("enabled").orElse(otherwise.enabled()), policy);
  }
}
