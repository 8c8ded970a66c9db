package dev.drover.session;

import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import java.time.Instant;

/// What a session has been given besides its agent and its environment.
public sealed interface SessionResource {
  /// The maximum number of resources of a session.
  int MOST = 500;

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
}
