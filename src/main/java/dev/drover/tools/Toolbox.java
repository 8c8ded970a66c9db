package dev.drover.tools;

import dev.drover.base.Json;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Definition;
import dev.drover.catalog.McpServer;
import dev.drover.catalog.McpToolset;
import dev.drover.catalog.Toolset;
import dev.drover.policy.Denial;
import dev.drover.policy.ToolCap;
import dev.drover.session.Event;
import dev.drover.session.RemoteTool;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The toolbox of an agent: the tools that its model is offered, and the refusal of calls of any
/// other tool. Safe for many threads.
public final class Toolbox {
  private static final int LONGEST_NAME_SHOWN = 128;

  private final Inventory inventory;
  private final Map<String, Offer> offers = new LinkedHashMap<>();
  private final Map<String, Runs.Mcp> disabled = new HashMap<>();
  private final Map<String, Denial> denied = new HashMap<>();
  private final ToolCap cap;

  private Toolbox(Inventory inventory) {
    this.inventory = inventory;
    cap = inventory.cap();
  }

  /// The toolbox of an agent: the tools of the inventory that its toolset enables, then the
  /// client's custom tools, then those of its MCP servers. A custom tool replaces a tool of the
  /// inventory of the same name. What the operator's policy denies is left out, and what must ask
  /// by it asks, whatever the agent says.
  ///
  /// @param listed the tools that MCP servers of the agent have
  public static Toolbox of(
      Definition agent, Inventory inventory, Map<McpServer, List<RemoteTool>> listed) {
    return of(agent, inventory, listed, inventory.offersReader());
  }

  /// As [#of(Definition,Inventory,Map)].
  ///
  /// @param offersReader whether the model is offered the inventory's reader of the log; it comes
  ///   after the custom tools
  public static Toolbox of(
      Definition agent,
      Inventory inventory,
      Map<McpServer, List<RemoteTool>> listed,
      boolean offersReader) {
    var toolbox = new Toolbox(inventory);
    for (var item : inventory.items()) {
      agent
          .toolset()
          .map(toolset -> toolset.of(item.spec().name()))
          .filter(Toolset.Setting::enabled)
          .ifPresent(setting -> toolbox.add(item, setting));
    }
    agent.customTools().forEach(tool -> toolbox.add(offer(tool)));
    if (offersReader) {
      inventory.reader().ifPresent(toolbox::addReader);
    }
    for (var server : agent.mcpServers()) {
      agent
          .mcpToolset(server.name())
          .ifPresent(
              settings ->
                  listed
                      .getOrDefault(server, List.of())
                      .forEach(tool -> toolbox.add(new Runs.Mcp(server, tool), settings)));
    }
    return toolbox;
  }

  private void add(Inventory.Item item, Toolset.Setting setting) {
    var name = item.spec().name();
    var denial = cap.denial(name);
    if (denial.isPresent()) {
      denied.put(name, denial.get());
    } else {
      var asks = cap.asking(name).isPresent();
      add(new Offer(item.spec(), item.runs(), permission(setting, asks)));
    }
  }

  /// Adds the reader of the log, which needs no permission of the client, because it shows a model
  /// what it was shown before. What the operator's policy says of its usual name holds. If custom
  /// tools have both of its names, the agent does without it.
  private void addReader(Inventory.Item item) {
    var usual = item.spec().name();
    var name = offers.containsKey(usual) ? Inventory.OTHER_NAME + usual : usual;
    var denial = cap.denial(usual);
    if (denial.isPresent()) {
      denied.put(name, denial.get());
    } else if (!offers.containsKey(name)) {
      var spec = item.spec();
      var permission =
          cap.asking(usual).isPresent() ? Event.Permission.ASKED : Event.Permission.ALLOWED;
      add(
          new Offer(
              new ToolSpec(name, spec.description(), spec.inputSchema(), spec.readOnly()),
              item.runs(),
              permission));
    }
  }

  /// A copy that has one more tool, whose calls the harness answers by itself. What the operator's
  /// policy says of its usual name holds. If other tools have both of its names, it is left out.
  ///
  /// @param otherName the name that it has if another tool has its usual one
  public Toolbox withAnswered(ToolSpec spec, String otherName) {
    var copy = new Toolbox(inventory);
    copy.offers.putAll(offers);
    copy.disabled.putAll(disabled);
    copy.denied.putAll(denied);
    var name = offers.containsKey(spec.name()) ? otherName : spec.name();
    var denial = cap.denial(spec.name());
    if (denial.isPresent()) {
      copy.denied.put(name, denial.get());
    } else if (!offers.containsKey(name)) {
      copy.add(
          new Offer(
              new ToolSpec(name, spec.description(), spec.inputSchema(), spec.readOnly()),
              new Runs.Harness(),
              Event.Permission.ALLOWED));
    }
    return copy;
  }

  /// The name of the first tool that this kind of runner runs; empty if none is offered.
  public Optional<String> nameOf(Class<? extends Runs> kind) {
    return offers.values().stream()
        .filter(offer -> kind.isInstance(offer.runs()))
        .map(Offer::name)
        .findFirst();
  }

  /// Adds a tool of an MCP server. Of two of the same name, the first counts.
  private void add(Runs.Mcp runs, McpToolset settings) {
    var tool = runs.tool();
    var setting = settings.of(tool.name());
    var server = runs.server().name();
    var name = McpNames.of(server, tool.name());
    var denial = cap.denial(server, tool.name());
    if (!setting.enabled() || denial.isPresent()) {
      disabled.put(name, runs);
      denial.ifPresent(why -> denied.put(name, why));
    } else if (!offers.containsKey(name)) {
      var spec = new ToolSpec(name, tool.description(), tool.inputSchema(), tool.repeatable());
      var asks = cap.asking(server, tool.name()).isPresent();
      add(new Offer(spec, runs, permission(setting, asks)));
    }
  }

  private void add(Offer offer) {
    offers.put(offer.name(), offer);
  }

  private static Offer offer(CustomTool tool) {
    var spec = new ToolSpec(tool.name(), tool.description(), tool.inputSchema(), false);
    return new Offer(spec, new Runs.Client(), Event.Permission.ALLOWED);
  }

  /// @param asks whether the operator's policy demands it
  private static Event.Permission permission(Toolset.Setting setting, boolean asks) {
    return switch (asks ? Toolset.Policy.ALWAYS_ASK : setting.policy()) {
      case ALWAYS_ALLOW -> Event.Permission.ALLOWED;
      case ALWAYS_ASK -> Event.Permission.ASKED;
      case AUTO -> Event.Permission.UNDECIDED;
    };
  }

  public Optional<Offer> named(String name) {
    return Optional.ofNullable(offers.get(name));
  }

  /// Whether a tool that is offered runs in the session's hand.
  public boolean usesHand() {
    return offers.values().stream().anyMatch(offer -> offer.runs() instanceof Runs.Hand);
  }

  /// The tool of an MCP server that has this name; empty if none has. It is offered only if
  /// [#named] finds it, too.
  public Optional<Runs.Mcp> ofMcpServer(String name) {
    return named(name)
        .flatMap(
            offer -> offer.runs() instanceof Runs.Mcp mcp ? Optional.of(mcp) : Optional.empty())
        .or(() -> Optional.ofNullable(disabled.get(name)));
  }

  /// The tools as `tools` of the Messages API, always in the same order.
  public Json.Arr definitions() {
    return new Json.Arr(
        offers.values().stream().<Json>map(offer -> offer.spec().definition()).toList());
  }

  /// The reason, for the model, why a call of a tool that is not offered cannot run.
  public String refusal(String name) {
    boolean known =
        inventory.names().contains(name)
            || Toolset.NAMES.contains(name)
            || denied.containsKey(name)
            || disabled.containsKey(name);
    var reason =
        known
            ? "Permission to use " + name + " has been denied. " + why(name)
            : "no such tool: " + shown(name) + ".";
    return reason
        + (offers.isEmpty()
            ? " There are no tools."
            : " The tools are: " + String.join(", ", offers.keySet()) + ".");
  }

  private String why(String name) {
    var denial = denied.get(name);
    return denial == null
        ? "It is not enabled for this agent."
        : "The cause is that " + denial.sentence() + ".";
  }

  private static String shown(String name) {
    return name.isEmpty()
        ? "a tool without a name"
        : name.codePointCount(0, name.length()) <= LONGEST_NAME_SHOWN
            ? name
            : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME_SHOWN)) + "…";
  }
}
