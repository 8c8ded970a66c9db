package dev.drover.catalog;

import java.util.List;
import java.util.Optional;
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
  public record ToolSetting(String tool, Setting setting, ToolRules rules) {
    public ToolSetting(String tool, Setting setting) {
      this(tool, setting, ToolRules.NONE);
    }

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

  /// The rules for `web_fetch`.
  public ToolRules.Fetch fetchRules() {
    return rules("web_fetch", ToolRules.Fetch.class).orElse(ToolRules.Fetch.OPEN);
  }

  /// The rules for `web_search`.
  public ToolRules.Search searchRules() {
    return rules("web_search", ToolRules.Search.class).orElse(ToolRules.Search.OPEN);
  }

  private <T extends ToolRules> Optional<T> rules(String tool, Class<T> type) {
    return override(tool).map(ToolSetting::rules).filter(type::isInstance).map(type::cast);
  }

  private Optional<ToolSetting> override(String tool) {
    return overrides.stream().filter(entry -> entry.tool().equals(tool)).findFirst();
  }
}
