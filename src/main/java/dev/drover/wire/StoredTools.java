package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.McpToolset;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// A reader of the stored `tools` of an agent, possibly of a newer version. It returns what this
/// version supports, and never more than was allowed: an unknown kind of tool is left out, and a
/// tool whose permission or rules cannot be read is disabled.
final class StoredTools {
  private StoredTools() {}

  static List<Tool> read(List<Json> tools) {
    var read = new ArrayList<Tool>();
    for (var json : tools) {
      if (json instanceof Json.Obj tool) {
        switch (String.valueOf(tool.text("type"))) {
          case "agent_toolset_20260401" -> read.add(toolset(tool));
          case "mcp_toolset" -> mcpToolset(tool).ifPresent(read::add);
          case "custom" -> custom(tool).ifPresent(read::add);
          default -> {}
        }
      }
    }
    return read;
  }

  private static Optional<CustomTool> custom(Json.Obj tool) {
    return Optional.ofNullable(tool.text("name"))
        .map(
            name ->
                new CustomTool(
                    name,
                    Objects.requireNonNullElse(tool.text("description"), ""),
                    tool.object("input_schema")));
  }

  private static Toolset toolset(Json.Obj tool) {
    var defaults = Read.of(tool.object("default_config"), Read.OPEN);
    return new Toolset(defaults.setting(), overrides(tool, defaults));
  }

  private static Optional<McpToolset> mcpToolset(Json.Obj tool) {
    var defaults = Read.of(tool.object("default_config"), Read.ASKING);
    return Optional.ofNullable(tool.text("mcp_server_name"))
        .map(server -> new McpToolset(server, defaults.setting(), overrides(tool, defaults)));
  }

  private static List<Toolset.ToolSetting> overrides(Json.Obj tool, Read defaults) {
    var overrides = new ArrayList<Toolset.ToolSetting>();
    for (var json : tool.items("configs")) {
      if (json instanceof Json.Obj config && config.text("name") != null) {
        var name = String.valueOf(config.text("name"));
        overrides.add(override(name, config, defaults));
      }
    }
    return overrides;
  }

  private static Toolset.ToolSetting override(String name, Json.Obj config, Read defaults) {
    var setting = Read.of(config, defaults).setting();
    return ToolRulesCodec.stored(name, config)
        .map(rules -> new Toolset.ToolSetting(name, setting, rules))
        .orElseGet(
            () -> new Toolset.ToolSetting(name, new Toolset.Setting(false, setting.policy())));
  }

  /// The readable part of a setting.
  ///
  /// @param policy empty if this version does not know it
  private record Read(boolean enabled, Optional<Toolset.Policy> policy) {
    static final Read OPEN = new Read(Toolset.OPEN.enabled(), Optional.of(Toolset.OPEN.policy()));

    static final Read ASKING =
        new Read(McpToolset.ASKING.enabled(), Optional.of(McpToolset.ASKING.policy()));

    static Read of(Json.Obj config, Read otherwise) {
      return new Read(
          isAbsent(config, "enabled")
              ? otherwise.enabled
              : config.get("enabled").equals(Optional.of(Json.of(true))),
          isAbsent(config, "permission_policy")
              ? otherwise.policy
              : known(config.object("permission_policy")));
    }

    private static boolean isAbsent(Json.Obj config, String field) {
      return config.get(field).filter(value -> !(value instanceof Json.Null)).isEmpty();
    }

    private static Optional<Toolset.Policy> known(Json.Obj policy) {
      return switch (String.valueOf(policy.text("type"))) {
        case "always_allow" -> Optional.of(Toolset.Policy.ALWAYS_ALLOW);
        case "always_ask" -> Optional.of(Toolset.Policy.ALWAYS_ASK);
        case "auto" -> Optional.of(Toolset.Policy.AUTO);
        default -> Optional.empty();
      };
    }

    Toolset.Setting setting() {
      return policy
          .map(known -> new Toolset.Setting(enabled, known))
          .orElse(new Toolset.Setting(false, Toolset.Policy.ALWAYS_ASK));
    }
  }
}
