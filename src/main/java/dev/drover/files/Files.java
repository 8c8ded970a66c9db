package dev.drover.files;

import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The files of all workspaces, and which stored contents anything refers to. The contents
/// themselves are in [dev.drover.catalog.Blobs]: they are stored before the rows that refer to
/// them, and deleted after them, by a job of the kind [dev.drover.session.Job#DELETE_BLOB] that is
/// added in the same transaction as the removal of the last reference. Durable when a call returns;
/// safe for many threads.
public interface Files {
  /// How long a file is shown after its content has expired.
  Duration SHOWN = Duration.ofDays(30);

  /// How to list files, newest first.
  ///
  /// @param limit the number of files on a page, from 1
  /// @param page the cursor of an earlier page's `next`
  /// @param scope only the files of this session
  record Listing(int limit, Optional<String> page, Optional<SessionId> scope) {}

  /// Adds a file. If the workspace has the same content already, that one is used, and `content` is
  /// deleted by a job.
  ///
  /// @param file without a blob; its size is that of `content`
  /// @param content stored, and without any reference
  /// @return the file with the blob that it refers to
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if the workspace would exceed its quota
  StoredFile create(StoredFile file, Blob content);

  /// @throws dev.drover.base.Problem `NOT_FOUND`
  StoredFile get(WorkspaceId workspace, FileId id);

  Page<StoredFile> list(WorkspaceId workspace, Listing listing);

  /// Those of the given files that exist, newest first.
  ///
  /// @param ids at most 100
  List<StoredFile> list(WorkspaceId workspace, Collection<FileId> ids);

  /// @throws dev.drover.base.Problem `NOT_FOUND`
  void delete(WorkspaceId workspace, FileId id);

  /// Removes the contents of some files that expired before `now`, and some files that expired
  /// [#SHOWN] earlier.
  ///
  /// @return how many; 0 if there are no more
  int expire(Instant now);

  /// Those of the given contents that nothing refers to.
  Set<BlobId> unreferenced(Collection<BlobId> contents);

  /// What the contents of a workspace use, and may use, in bytes.
  record Usage(long bytes, long quota) {
    /// What is left, in bytes.
    public long left() {
      return Math.max(0, quota - bytes);
    }

    /// The problem of a content that does not fit.
    public Problem exceeded() {
      return Problem.invalid(
          "storage_quota_exceeded",
          "This workspace may store %s; %s are in use. Delete files that are not needed."
              .formatted(size(quota), size(bytes)));
    }

    private static String size(long bytes) {
      if (bytes < 1 << 20) {
        return bytes + " bytes";
      }
      boolean large = bytes >= 1 << 30;
      var number = String.format(Locale.ROOT, "%.1f", bytes / (large ? 0x1p30 : 0x1p20));
      return number.replaceFirst("\\.0$", "") + (large ? " GiB" : " MiB");
    }
  }

  Usage usage(WorkspaceId workspace);
}
