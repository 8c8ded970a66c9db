package dev.drover.desk;

import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/// The agent of a new session.
///
/// @param version empty for the newest version
/// @param overrides the differences between the session's definition and the agent's; empty if
///   there are none
public record AgentChoice(AgentId id, OptionalInt version, Optional<Overrides> overrides) {
  /// The newest version of an agent, as it is.
  public AgentChoice(AgentId id) {
    this(id, OptionalInt.empty(), Optional.empty());
  }

  /// The differences between a session's definition and its agent's.
  ///
  /// @param model whether a model is named; that model must be served
  /// @param change returns the session's definition for the agent's, or throws to refuse
  public record Overrides(boolean model, UnaryOperator<Definition> change) {}
}
