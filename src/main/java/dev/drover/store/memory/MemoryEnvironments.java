package dev.drover.store.memory;

import dev.drover.base.Page;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.Environments;
import dev.drover.catalog.Listing;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Refusals;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/// Safe for many threads: its monitor is the transaction.
final class MemoryEnvironments implements Environments {
  private final Map<EnvironmentId, Environment> environments = new HashMap<>();

  @Override
  public synchronized void create(Environment environment) {
    if (environment.archivedAt() == null
        && in(environment.workspace())
            .anyMatch(
                other -> other.archivedAt() == null && other.name().equals(environment.name()))) {
      throw Refusals.nameTaken(environment);
    }
    if (environments.putIfAbsent(environment.id(), environment) != null) {
      throw new IllegalStateException("environment " + environment.id() + " is there already");
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
