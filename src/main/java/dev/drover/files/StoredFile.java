package dev.drover.files;

import dev.drover.base.Problem;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import java.time.Instant;
import java.util.Optional;

/// A file. It never changes, but its content may expire.
///
/// @param mimeType the media type, as the `content-type` of a download
/// @param size in bytes
/// @param blob the content; empty after it has expired
/// @param scope the session to which the file belongs and with which it is deleted
/// @param outputPath where the agent wrote it, below the directory of the outputs
/// @param expiresAt when the content is removed; the file itself is removed [Files#SHOWN] later
public record StoredFile(
    FileId id,
    WorkspaceId workspace,
    String filename,
    String mimeType,
    long size,
    Optional<BlobId> blob,
    Optional<SessionId> scope,
    Optional<String> outputPath,
    Instant createdAt,
    Optional<Instant> expiresAt) {

  /// Whether the content is gone, or will be at the next opportunity.
  public boolean isExpired(Instant now) {
    return blob.isEmpty() || expiresAt.filter(at -> !at.isAfter(now)).isPresent();
  }

  /// The problem of a content that is gone.
  public Problem expired() {
    var at = expiresAt.map(time -> " at " + time).orElse("");
    var message = "File " + id + " expired" + at + ".";
    return new Problem(Problem.Kind.NOT_FOUND, "file_expired", message, null);
  }

  /// This file with a content.
  public StoredFile with(BlobId content) {
    return new StoredFile(
        id,
        workspace,
        filename,
        mimeType,
        size,
        Optional.of(content),
        scope,
        outputPath,
        createdAt,
        expiresAt);
  }
}
