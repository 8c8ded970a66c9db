package dev.drover.store.memory;

import dev.drover.base.Page;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Agents;
import dev.drover.catalog.Listing;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Refusals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Safe for many threads: its monitor is the transaction.
final class MemoryAgents implements Agents {
  private record Key(WorkspaceId workspace, AgentId id) {}

  private final Map<Key, List<Agent>> versions = new HashMap<>();

  @Override
  public synchronized void put(Agent agent) {
    var key = new Key(agent.workspace(), agent.id());
    int latest = versions.getOrDefault(key, List.of()).size();
    if (agent.version() != latest + 1) {
      throw Refusals.versionTaken(agent, latest);
    }
    versions.computeIfAbsent(key, _ -> new ArrayList<>()).add(agent);
  }

  @Override
  public synchronized Agent get(WorkspaceId workspace, AgentId id, OptionalInt version) {
    var known = versions.getOrDefault(new Key(workspace, id), List.of());
    if (known.isEmpty()) {
      throw Refusals.notFound(id);
    }
    int wanted = version.orElse(known.size());
    if (wanted < 1 || wanted > known.size()) {
      throw Refusals.noSuchVersion();
    }
    return known.get(wanted - 1);
  }

  @Override
  public synchronized Page<Agent> list(WorkspaceId workspace, Listing listing) {
    return Pages.newestFirst(
        versions.entrySet().stream()
            .filter(entry -> entry.getKey().workspace().equals(workspace))
            .map(entry -> entry.getValue().getLast())
            .filter(agent -> listing.includeArchived() || agent.archivedAt() == null),
        listing,
        Cursor.Of.AGENTS,
        agent -> new Cursor(agent.createdAt(), agent.id().value()));
  }
}
