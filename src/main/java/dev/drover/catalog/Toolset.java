package dev.drover.catalog;

import java.util.List;
import java.util.Set;

/// The built-in tools of an agent (`agent_toolset_20260401`): a default, and settings for single
/// tools that go before it.
public record Toolset(Setting defaults, List<ToolSetting> overrides) implements Tool {
  /// The tools that the protocol has for it, whether this version has them or not.
  public static final Set<String> NAMES =
      Set.of("bash", "read", "write", "edit", "glob", "grep", "web_fetch", "web_search");

  /// What every agent toolset starts from.
  public static final Setting OPEN = new Setting(true, Policy.ALWAYS_ALLOW);

  public Toolset {
    overrides = List.copyOf(overrides);
  }

  /// When a call may run.
  public enum Policy {
    /// At once.
    ALWAYS_ALLOW,
    /// When the client has allowed it.
    ALWAYS_ASK,
    /// As the server judges. It has no judge yet, so it always asks.
    AUTO
  }

  public record Setting(boolean enabled, Policy policy) {}

  /// The resolved setting of one tool.
  public record ToolSetting(String tool, Setting setting) {
    /// The first setting for `tool`, or the default if there is none.
    static Setting of(String tool, List<ToolSetting> overrides, Setting defaults) {
      return overrides.stream()
          .filter(entry -> entry.tool().equals(tool))
          .findFirst()
          .map(ToolSetting::setting)
          .orElse(defaults);
    }
  }

  /// The setting that holds for `tool`.
  public Setting of(String tool) {
    return ToolSetting.of(tool, overrides, defaults);
  }
}
