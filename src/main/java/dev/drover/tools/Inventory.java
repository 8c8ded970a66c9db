package dev.drover.tools;

import dev.drover.hands.BuiltInTool;
import dev.drover.policy.OperatorPolicy;
import dev.drover.policy.ToolCap;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The inventory of all tools whose calls this server can have carried out, whether or not an agent
/// is offered them, and what the operator's policy says of these and of MCP servers' tools. Safe
/// for many threads.
public final class Inventory {
  /// A tool, and what runs its calls: a hand, or this server.
  public record Item(ToolSpec spec, Runs.Own runs) {}

  /// An inventory of the hands' tools only.
  public static final Inventory HANDS = of(List.of());

  /// The start of the name under which an agent has the reader of the log if a custom tool of the
  /// agent has its name.
  static final String OTHER_NAME = "session_";

  private final Map<String, Item> items = new LinkedHashMap<>();
  private final Supplier<OperatorPolicy> policy;
  private final Optional<Item> reader;
  private final boolean offersReader;

  private Inventory(Supplier<OperatorPolicy> policy, Optional<Item> reader, boolean offersReader) {
    this.policy = policy;
    this.reader = reader;
    this.offersReader = offersReader;
  }

  /// An inventory of the hands' tools and the given server tools.
  ///
  /// @throws IllegalArgumentException if two have the same name
  public static Inventory of(List<ServerTool> tools) {
    return of(tools, () -> OperatorPolicy.NONE);
  }

  /// As [#of(List)], under a policy.
  ///
  /// @param policy asked at each use, because the operator may change it
  public static Inventory of(List<ServerTool> tools, Supplier<OperatorPolicy> policy) {
    var inventory = new Inventory(policy, Optional.empty(), false);
    for (var tool : BuiltInTool.values()) {
      var spec =
          new ToolSpec(tool.wireName(), tool.description(), tool.inputSchema(), tool.readOnly());
      inventory.add(new Item(spec, new Runs.Hand()));
    }
    for (var tool : tools) {
      inventory.add(new Item(tool.spec(), new Runs.Server(tool)));
    }
    return inventory;
  }

  /// A copy of this inventory that has a tool with which a model reads the log of its own session.
  /// Toolsets of agents do not configure this tool.
  ///
  /// @param offered whether all agents are offered it; calls in older logs run in either case
  /// @throws IllegalArgumentException if a tool of its name is there
  public Inventory withReader(ServerTool tool, boolean offered) {
    var item = new Item(tool.spec(), new Runs.LogReader(tool));
    if (items.containsKey(item.spec().name())) {
      throw new IllegalArgumentException("two tools are named " + item.spec().name());
    }
    var copy = new Inventory(policy, Optional.of(item), offered);
    items.values().forEach(copy::add);
    return copy;
  }

  private void add(Item item) {
    if (items.putIfAbsent(item.spec().name(), item) != null) {
      throw new IllegalArgumentException("two tools are named " + item.spec().name());
    }
  }

  /// The items that toolsets of agents configure, in the order in which models see them.
  public Collection<Item> items() {
    return List.copyOf(items.values());
  }

  /// The names of these items.
  public Set<String> names() {
    return Set.copyOf(items.keySet());
  }

  /// What the operator's policy says of tools at this moment.
  public ToolCap cap() {
    return policy.get().tools();
  }

  /// The tool of a call. The reader of the log has two names.
  public Optional<Item> named(String name) {
    return Optional.ofNullable(items.get(name)).or(() -> reader.filter(item -> has(item, name)));
  }

  private static boolean has(Item reader, String name) {
    var own = reader.spec().name();
    return name.equals(own) || name.equals(OTHER_NAME + own);
  }

  /// The reader of the log; empty if there is none.
  Optional<Item> reader() {
    return reader;
  }

  /// Whether agents are offered the reader of the log.
  public boolean offersReader() {
    return offersReader;
  }
}
