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

  private final Map<String, Item> items = new LinkedHashMap<>();
  private final Supplier<OperatorPolicy> policy;

  private Inventory(Supplier<OperatorPolicy> policy) {
    this.policy = policy;
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
    var inventory = new Inventory(policy);
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

  private void add(Item item) {
    if (items.putIfAbsent(item.spec().name(), item) != null) {
      throw new IllegalArgumentException("two tools are named " + item.spec().name());
    }
  }

  /// The items, in the order in which models see them.
  public Collection<Item> items() {
    return List.copyOf(items.values());
  }

  public Set<String> names() {
    return Set.copyOf(items.keySet());
  }

  /// What the operator's policy says of tools at this moment.
  public ToolCap cap() {
    return policy.get().tools();
  }

  public Optional<Item> named(String name) {
    return Optional.ofNullable(items.get(name));
  }
}
