package dev.drover.session;

import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStoreId;
import java.time.Instant;
import java.util.Optional;

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
}
