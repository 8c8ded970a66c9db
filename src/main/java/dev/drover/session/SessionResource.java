package dev.drover.session;

import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStoreId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What a session has been given besides its agent and its environment.
public sealed interface SessionResource {
  /// The maximum number of resources of a session.
  int MOST = 500;

  /// Clients do not know the id of a memory store.
  SessionResourceId id();

  Instant createdAt();

  /// A file, which the agent can read.
  ///
  /// @param file the session's own copy, which is deleted with the session
  /// @param original the file that was copied; it may be deleted by now
  /// @param content what both contain
  record Mounted(
      SessionResourceId id,
      FileId file,
      FileId original,
      BlobId content,
      MountPath path,
      Instant createdAt)
      implements SessionResource {}

  /// A memory store, which the agent has as a directory from the start to the end of the session.
  ///
  /// @param writable whether the agent can change the memories
  /// @param instructions for the agent: what the store is for
  /// @param name the name of the store when it was attached
  /// @param description what it was for at that time; may be empty
  /// @param slug the name of the directory, which no other store of the session has
  record Attached(
      SessionResourceId id,
      MemoryStoreId store,
      boolean writable,
      Optional<String> instructions,
      String name,
      String description,
      String slug,
      Instant createdAt)
      implements SessionResource {
    /// The maximum number of memory stores of a session.
    public static final int MOST = 8;

    /// The absolute path inside the sandbox.
    public String path() {
      return "/mnt/memory/" + slug;
    }
  }

  /// A git repository, which is cloned for the agent before its model is first asked. It belongs to
  /// the session from the start to the end; only its token can be changed.
  ///
  /// @param path the directory of the clone
  /// @param checkout empty: the default branch
  /// @param token for the git server; empty for a public repository
  record Repository(
      SessionResourceId id,
      RepositoryUrl url,
      RepositoryPath path,
      Optional<Checkout> checkout,
      Optional<SealedToken> token,
      Instant createdAt,
      Instant updatedAt)
      implements SessionResource {
    /// The maximum number of repositories of a session.
    public static final int MOST = 20;

    /// The same repository with another token.
    public Repository with(SealedToken next, Instant at) {
      return new Repository(id, url, path, checkout, Optional.of(next), createdAt, at);
    }
  }

  /// The repositories among some resources.
  static List<Repository> repositories(List<SessionResource> resources) {
    return resources.stream()
        .flatMap(one -> one instanceof Repository found ? Stream.of(found) : Stream.empty())
        .toList();
  }

  /// Whether clients can name it by its id.
  default boolean isNamed() {
    return !(this instanceof Attached);
  }
}
