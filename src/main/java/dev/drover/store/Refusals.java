package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.session.SessionId;

/// What stores tell clients, in one voice.
public final class Refusals {
  private Refusals() {}

  public static Problem notFound(SessionId id) {
    return Problem.notFound("Session " + id + " not found.");
  }

  public static Problem notFound(EnvironmentId id) {
    return Problem.notFound("Environment " + id + " not found.");
  }

  public static Problem notFound(AgentId id) {
    return Problem.notFound("Agent " + id + " not found.");
  }

  public static Problem noSuchVersion() {
    return Problem.notFound("Agent version not found.");
  }

  public static Problem versionTaken(Agent agent, int latest) {
    return Problem.conflict(
        "Agent %s is at version %d; it cannot be updated from version %d."
            .formatted(agent.id(), latest, agent.version() - 1));
  }

  public static Problem agentArchived() {
    return Problem.invalid("Cannot modify archived agent");
  }

  public static Problem archived(EnvironmentId id) {
    return Problem.invalid("environment_archived", "Environment " + id + " is archived.");
  }

  public static Problem inUse(EnvironmentId id) {
    return Problem.conflict(
        "Environment %s cannot be deleted while sessions refer to it. Delete them, or archive it."
            .formatted(id));
  }

  /// @param taken the environment that has the name
  public static Problem nameTaken(Environment environment, EnvironmentId taken) {
    return Problem.conflict(
        "An environment named \"%s\" already exists: %s.".formatted(environment.name(), taken));
  }
}
