package dev.drover.catalog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A resource of a workspace: what every kind of them has, and its content. An immutable value.
///
/// @param id with the prefix of its [ResourceKind]
/// @param version from 1; always 1 for a kind without versions
/// @param updatedAt when its content became what it is
/// @param archivedAt null: it is in use
public record Resource<T>(
    String id,
    WorkspaceId workspace,
    int version,
    T content,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant archivedAt) {
  /// A new resource.
  public Resource(String id, WorkspaceId workspace, T content, Instant createdAt) {
    this(id, workspace, 1, content, createdAt, createdAt, null);
  }

  /// This resource with another content, or itself if the content is equal. If its kind has
  /// versions, this is the next one.
  public Resource<T> changed(ResourceKind<T> kind, T content, Instant at) {
    int next = kind.versioned() ? version + 1 : version;
    return content.equals(this.content)
        ? this
        : new Resource<>(id, workspace, next, content, createdAt, at, archivedAt);
  }

  /// This resource, archived at `at`. That changes a resource, but no version.
  public Resource<T> archived(ResourceKind<T> kind, Instant at) {
    var updated = kind.versioned() ? updatedAt : at;
    return new Resource<>(id, workspace, version, content, createdAt, updated, at);
  }
}
