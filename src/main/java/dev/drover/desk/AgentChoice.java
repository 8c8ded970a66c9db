package dev.drover.desk;

import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// The agent of a new session.
///
/// @param version empty: its newest
/// @param overrides what the session has otherwise than the agent; empty: nothing
public record AgentChoice(AgentId id, OptionalInt version, Optional<Overrides> overrides) {
  /// The newest version of an agent, as it is.
  public AgentChoice(AgentId id) {
    this(id, OptionalInt.empty(), Optional.empty());
  }

  /// What a session has otherwise than its agent.
  ///
  /// @param model whether a model is named, which must then be one that is served
  /// @param change makes the session's definition of the agent's; refuses by throwing
  public record Overrides(boolean model, UnaryOperator<Definition> change) {}
}
