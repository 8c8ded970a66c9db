package dev.drover.tools;

import dev.drover.base.Json;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Toolset;
import dev.drover.session.Event;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The toolbox of an agent: the tools that its model is offered, and the refusal of calls of any
/// other tool. Safe for many threads.
public final class Toolbox {
  private static final int LONGEST_NAME_SHOWN = 128;

  private final Inventory inventory;
  private final Map<String, Offer> offers = new LinkedHashMap<>();

  private Toolbox(Inventory inventory) {
    this.inventory = inventory;
  }

  /// The toolbox of an agent: the tools of the inventory that its toolset enables, then the
  /// client's custom tools. A custom tool replaces a tool of the same name.
  public static Toolbox of(Definition agent, Inventory inventory) {
    var toolbox = new Toolbox(inventory);
    for (var item : inventory.items()) {
      agent
          .toolset()
          .map(toolset -> toolset.of(item.spec().name()))
          .filter(Toolset.Setting::enabled)
          .ifPresent(
              setting ->
                  toolbox.add(new Offer(item.spec(), item.runs(), permission(setting.policy()))));
    }
    agent.customTools().forEach(tool -> toolbox.add(offer(tool)));
    return toolbox;
  }

  private void add(Offer offer) {
    offers.put(offer.name(), offer);
  }

  private static Offer offer(CustomTool tool) {
    var spec = new ToolSpec(tool.name(), tool.description(), tool.inputSchema(), false);
    return new Offer(spec, new Runs.Client(), Event.Permission.ALLOWED);
  }

  private static Event.Permission permission(Toolset.Policy policy) {
    return switch (policy) {
      case ALWAYS_ALLOW -> Event.Permission.ALLOWED;
      case ALWAYS_ASK -> Event.Permission.ASKED;
      case AUTO -> Event.Permission.UNDECIDED;
    };
  }

  public Optional<Offer> named(String name) {
    return Optional.ofNullable(offers.get(name));
  }

  /// The tools as `tools` of the Messages API, always in the same order.
  public Json.Arr definitions() {
    return new Json.Arr(
        offers.values().stream().<Json>map(offer -> offer.spec().definition()).toList());
  }

  /// The reason, for the model, why a call of a tool that is not offered cannot run.
  public String refusal(String name) {
    boolean known = inventory.named(name).isPresent() || Toolset.NAMES.contains(name);
    var reason =
        known
            ? "Permission to use " + name + " has been denied. It is not enabled for this agent."
            : "no such tool: " + shown(name) + ".";
    return reason
        + (offers.isEmpty()
            ? " There are no tools."
            : " The tools are: " + String.join(", ", offers.keySet()) + ".");
  }

  private static String shown(String name) {
    return name.isEmpty()
        ? "a tool without a name"
        : name.codePointCount(0, name.length()) <= LONGEST_NAME_SHOWN
            ? name
            : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME_SHOWN)) + "…";
  }
}
