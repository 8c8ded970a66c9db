package dev.drover.catalog;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an agent is: the part of it that a version changes and that a session keeps a copy of.
///
/// @param description may be null; up to 2,048 characters
/// @param system the system prompt; may be null; up to 100,000 characters
/// @param toolset empty: the agent has no built-in tools
public record Definition(
    String name,
    @Nullable String description,
    ModelConfig model,
    @Nullable String system,
    Optional<Toolset> toolset) {
  /// The same agent with another model.
  public Definition withModel(ModelConfig other) {
    return new Definition(name, description, other, system, toolset);
  }
}
