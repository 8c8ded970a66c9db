package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Catalogs;
import dev.drover.profile.Profiles;
import dev.drover.session.Session;
import java.util.Map;

/// The metadata of sessions' agents, as the catalog has them. A version of an agent never changes,
/// so a session always gets the same.
public record AgentProfiles(Catalogs catalogs) implements Profiles.AgentMetadata {
  /// An agent that the catalog does not have names no profile.
  @Override
  public Map<String, String> of(Session.Origin origin) {
    try {
      return catalogs
          .of(Agent.KIND)
          .get(origin.workspace(), origin.agentId().value(), origin.agentVersion())
          .content()
          .metadata();
    } catch (Problem problem) {
      if (problem.kind() == Problem.Kind.NOT_FOUND) {
        return Map.of();
      }
      throw problem;
    }
  }
}
