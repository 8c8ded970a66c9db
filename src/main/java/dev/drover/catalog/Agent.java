package dev.drover.catalog;

import dev.drover.base.Problem;
import java.util.Map;

/// The content of an agent, in one of its versions.
public record Agent(Definition definition, Map<String, String> metadata) {
  public static final ResourceKind<Agent> KIND =
      ResourceKind.<Agent>of("agent", AgentId.PREFIX)
          .withVersions()
          .withoutDelete()
          .whenArchived(_ -> Problem.invalid("Cannot modify archived agent"));

  public Agent {
    metadata = Map.copyOf(metadata);
  }
}
