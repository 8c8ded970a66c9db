package dev.drover.catalog;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an agent is: the part of it that a version changes and that a session keeps a copy of.
///
/// @param description may be null; up to 2,048 characters
/// @param system the system prompt; may be null; up to 100,000 characters
/// @param tools in the operator's order; at most one [Toolset], and custom tools of different names
public record Definition(
    String name,
    @Nullable String description,
    ModelConfig model,
    @Nullable String system,
    List<Tool> tools) {
  public Definition {
    tools = List.copyOf(tools);
  }

  /// The built-in tools; empty: the agent has none.
  public Optional<Toolset> toolset() {
    return tools.stream().filter(Toolset.class::isInstance).map(Toolset.class::cast).findFirst();
  }

  public List<CustomTool> customTools() {
    return tools.stream().filter(CustomTool.class::isInstance).map(CustomTool.class::cast).toList();
  }

  /// The same agent with another model.
  public Definition withModel(ModelConfig other) {
    return new Definition(name, description, other, system, tools);
  }
}
