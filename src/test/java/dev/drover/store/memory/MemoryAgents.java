package dev.drover.store.memory;

import dev.drover.base.Page;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Agents;
import dev.drover.catalog.Listing;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Refusals;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

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
    var known = known(workspace, id);
    int wanted = version.orElse(known.size());
    if (wanted < 1 || wanted > known.size()) {
      throw Refusals.noSuchVersion();
    }
    return known.get(wanted - 1);
  }

  private List<Agent> known(WorkspaceId workspace, AgentId id) {
    var known = versions.get(new Key(workspace, id));
    if (known == null) {
      throw Refusals.notFound(id);
    }
    return known;
  }

  @Override
  public synchronized Agent update(WorkspaceId workspace, AgentId id, UnaryOperator<Agent> change) {
    var latest = known(workspace, id).getLast();
    if (latest.archivedAt() != null) {
      throw Refusals.agentArchived();
    }
    var next = change.apply(latest);
    if (!next.equals(latest)) {
      put(next);
    }
    return next;
  }

  @Override
  public synchronized Agent archive(WorkspaceId workspace, AgentId id, Instant at) {
    var known = known(workspace, id);
    if (known.getLast().archivedAt() == null) {
      known.replaceAll(version -> version.archived(at));
    }
    return known.getLast();
  }

  @Override
  public synchronized Page<Agent> versions(
      WorkspaceId workspace, AgentId id, int limit, Optional<String> page) {
    var known = known(workspace, id);
    int before =
        Cursor.read(page, Cursor.Of.AGENT_VERSIONS, false)
            .map(Cursor::version)
            .orElse(Integer.MAX_VALUE);
    var found =
        known.reversed().stream()
            .filter(version -> version.version() < before)
            .limit(limit + 1L)
            .toList();
    return Cursor.page(
        found,
        limit,
        Cursor.Of.AGENT_VERSIONS,
        false,
        agent -> Cursor.ofVersion(agent.createdAt(), agent.version()));
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
