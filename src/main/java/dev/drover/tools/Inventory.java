package dev.drover.tools;

import dev.drover.hands.BuiltInTool;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The inventory of all tools whose calls this server can have carried out, whether or not an agent
/// is offered them. Immutable, so safe for many threads.
public final class Inventory {
  /// A tool, and what runs its calls: a hand, or this server.
  public record Item(ToolSpec spec, Runs.Own runs) {}

  /// An inventory of the hands' tools only.
  public static final Inventory HANDS = of(List.of());

  private final Map<String, Item> items = new LinkedHashMap<>();

  private Inventory() {}

  /// An inventory of the hands' tools and the given server tools.
  ///
  /// @throws IllegalArgumentException if two have the same name
  public static Inventory of(List<ServerTool> tools) {
    var inventory = new Inventory();
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

  public Optional<Item> named(String name) {
    return Optional.ofNullable(items.get(name));
  }
}
