package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// The tools of an agent as flags.
final class ToolFlags {
  private static final String TOOLSET = "agent_toolset_20260401";
  private static final String ALL = "all";
  private static final String POLICY = "permission_policy";

  private ToolFlags() {}

  /// The field `tools` of an agent. Names become one toolset: with `all`, it has every built-in
  /// tool, otherwise only the named ones. JSON is used unchanged.
  static Json read(Arguments arguments, String flag) {
    boolean all = false;
    Optional<Json> common = Optional.empty();
    var named = new LinkedHashMap<String, Json>();
    var others = new ArrayList<Json>();
    for (var text : arguments.texts(flag)) {
      if (text.startsWith("{") || text.startsWith("@")) {
        others.add(arguments.object(flag, text));
        continue;
      }
      int colon = text.indexOf(':');
      var name = colon < 0 ? text : text.substring(0, colon);
      var config =
          colon < 0
              ? Optional.<Json>empty()
              : Optional.of(policy(arguments, flag, text.substring(colon + 1)));
      if (name.equals(ALL) || name.equals(TOOLSET)) {
        all = true;
        common = config;
      } else {
        var tool = Json.obj("name", name, "enabled", true);
        named.put(name, config.map(policy -> tool.with(POLICY, policy)).orElse(tool));
      }
    }
    var tools = new ArrayList<Json>();
    if (all || !named.isEmpty()) {
      var toolset = Json.obj("type", TOOLSET);
      if (!all) {
        toolset = toolset.with("default_config", Json.obj("enabled", false));
      } else if (common.isPresent()) {
        toolset = toolset.with("default_config", Json.obj(POLICY, common.get()));
      }
      tools.add(named.isEmpty() ? toolset : toolset.with("configs", List.copyOf(named.values())));
    }
    tools.addAll(others);
    return new Json.Arr(tools);
  }

  private static Json policy(Arguments arguments, String flag, String word) {
    var type =
        switch (word) {
          case "allow" -> "always_allow";
          case "ask" -> "always_ask";
          case "auto" -> "auto";
          default -> throw arguments.wrong(flag + ": the policies are allow, ask and auto");
        };
    return Json.obj("type", type);
  }
}
