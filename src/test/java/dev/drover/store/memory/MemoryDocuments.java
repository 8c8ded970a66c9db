package dev.drover.store.memory;

import dev.drover.base.Page;
import dev.drover.catalog.Catalog;
import dev.drover.catalog.Catalogs;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.Listing;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.CatalogMap;
import dev.drover.store.Cursor;
import dev.drover.store.Refusals;
import dev.drover.wire.ResourceCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// The catalog of a kind. Safe for many threads: its monitor is the transaction. The sessions' is
/// taken within it.
final class MemoryDocuments<T> implements Catalog<T> {
  /// By id: all versions, the latest one last.
  private final Map<String, List<Resource<T>>> versions = new LinkedHashMap<>();

  private final ResourceKind<T> kind;
  private final Table sessions;

  private MemoryDocuments(ResourceKind<T> kind, Table sessions) {
    this.kind = kind;
    this.sessions = sessions;
  }

  static Catalogs catalogs(Table sessions) {
    return new CatalogMap(
        new CatalogMap.Maker() {
          @Override
          public <T> Catalog<T> make(ResourceCodec<T> codec) {
            return new MemoryDocuments<>(codec.kind(), sessions);
          }
        });
  }

  @Override
  public synchronized void create(Resource<T> resource) {
    checkName(resource);
    if (versions.putIfAbsent(resource.id(), new ArrayList<>(List.of(resource))) != null) {
      throw new IllegalStateException(kind.noun() + " " + resource.id() + " is there already");
    }
  }

  private void checkName(Resource<T> resource) {
    if (kind.uniqueName().isEmpty() || resource.archivedAt() != null) {
      return;
    }
    var name = kind.uniqueName().get();
    var wanted = name.apply(resource.content());
    latest(resource.workspace())
        .filter(other -> !other.id().equals(resource.id()) && other.archivedAt() == null)
        .filter(other -> name.apply(other.content()).equals(wanted))
        .findFirst()
        .ifPresent(
            other -> {
              throw Refusals.nameTaken(kind, wanted, other.id());
            });
  }

  private Stream<Resource<T>> latest(WorkspaceId workspace) {
    return versions.values().stream()
        .map(List::getLast)
        .filter(resource -> resource.workspace().equals(workspace));
  }

  private List<Resource<T>> known(WorkspaceId workspace, String id) {
    var known = versions.get(id);
    if (known == null || !known.getLast().workspace().equals(workspace)) {
      throw Refusals.notFound(kind, id);
    }
    return known;
  }

  @Override
  public synchronized Resource<T> get(WorkspaceId workspace, String id) {
    return known(workspace, id).getLast();
  }

  @Override
  public synchronized Resource<T> get(WorkspaceId workspace, String id, int version) {
    return known(workspace, id).stream()
        .filter(resource -> resource.version() == version)
        .findFirst()
        .orElseThrow(() -> Refusals.noSuchVersion(kind));
  }

  @Override
  public synchronized Resource<T> update(
      WorkspaceId workspace, String id, Instant at, Function<Resource<T>, T> change) {
    var known = known(workspace, id);
    var before = known.getLast();
    if (before.archivedAt() != null) {
      throw kind.archived().apply(id);
    }
    var after = before.changed(kind, change.apply(before), at);
    checkName(after);
    if (after.version() == before.version()) {
      known.removeLast();
    }
    known.add(after);
    return after;
  }

  @Override
  public synchronized Resource<T> archive(WorkspaceId workspace, String id, Instant at) {
    var known = known(workspace, id);
    if (known.getLast().archivedAt() == null) {
      known.replaceAll(version -> version.archived(kind, at));
    }
    return known.getLast();
  }

  @Override
  public synchronized void delete(WorkspaceId workspace, String id) {
    known(workspace, id);
    synchronized (sessions) {
      if (kind.equals(Environment.KIND) && sessions.hasSessionIn(new EnvironmentId(id))) {
        throw Refusals.inUse(kind, id);
      }
      versions.remove(id);
    }
  }

  @Override
  public synchronized Page<Resource<T>> list(WorkspaceId workspace, Listing listing) {
    return Pages.newestFirst(
        latest(workspace)
            .filter(resource -> listing.includeArchived() || resource.archivedAt() == null),
        listing,
        Cursor.Of.all(kind),
        resource -> new Cursor(resource.createdAt(), resource.id()));
  }

  @Override
  public synchronized Page<Resource<T>> versions(
      WorkspaceId workspace, String id, int limit, Optional<String> page) {
    var list = Cursor.Of.versions(kind);
    int before = Cursor.read(page, list, false).map(Cursor::version).orElse(Integer.MAX_VALUE);
    var found =
        known(workspace, id).reversed().stream()
            .filter(version -> version.version() < before)
            .limit(limit + 1L)
            .toList();
    return Cursor.page(
        found,
        limit,
        list,
        false,
        resource -> Cursor.ofVersion(resource.createdAt(), resource.version()));
  }
}
