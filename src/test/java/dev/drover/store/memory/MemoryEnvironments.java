package dev.drover.store.memory;

import dev.drover.base.Page;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.Environments;
import dev.drover.catalog.Listing;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Refusals;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Safe for many threads: its monitor is the transaction. The sessions' is taken within it.
final class MemoryEnvironments implements Environments {
  private final Map<EnvironmentId, Environment> environments = new HashMap<>();
  private final Table sessions;

  MemoryEnvironments(Table sessions) {
    this.sessions = sessions;
  }

  @Override
  public synchronized void create(Environment environment) {
    checkName(environment);
    if (environments.putIfAbsent(environment.id(), environment) != null) {
      throw new IllegalStateException("environment " + environment.id() + " is there already");
    }
  }

  private void checkName(Environment environment) {
    if (environment.archivedAt() == null) {
      in(environment.workspace())
          .filter(other -> !other.id().equals(environment.id()))
          .filter(other -> other.archivedAt() == null && other.name().equals(environment.name()))
          .findFirst()
          .ifPresent(
              other -> {
                throw Refusals.nameTaken(environment, other.id());
              });
    }
  }

  @Override
  public synchronized Environment update(
      WorkspaceId workspace, EnvironmentId id, UnaryOperator<Environment> change) {
    var before = get(workspace, id);
    if (before.archivedAt() != null) {
      throw Refusals.archived(id);
    }
    var after = change.apply(before);
    checkName(after);
    environments.put(id, after);
    return after;
  }

  @Override
  public synchronized Environment archive(WorkspaceId workspace, EnvironmentId id, Instant at) {
    var before = get(workspace, id);
    var after = before.archivedAt() == null ? before.archived(at) : before;
    environments.put(id, after);
    return after;
  }

  @Override
  public synchronized void delete(WorkspaceId workspace, EnvironmentId id) {
    get(workspace, id);
    synchronized (sessions) {
      if (sessions.hasSessionIn(id)) {
        throw Refusals.inUse(id);
      }
      environments.remove(id);
    }
  }

  @Override
  public synchronized Environment get(WorkspaceId workspace, EnvironmentId id) {
    var environment = environments.get(id);
    if (environment == null || !environment.workspace().equals(workspace)) {
      throw Refusals.notFound(id);
    }
    return environment;
  }

  @Override
  public synchronized Page<Environment> list(WorkspaceId workspace, Listing listing) {
    return Pages.newestFirst(
        in(workspace)
            .filter(environment -> listing.includeArchived() || environment.archivedAt() == null),
        listing,
        Cursor.Of.ENVIRONMENTS,
        environment -> new Cursor(environment.createdAt(), environment.id().value()));
  }

  private Stream<Environment> in(WorkspaceId workspace) {
    return environments.values().stream()
        .filter(environment -> environment.workspace().equals(workspace));
  }
}
