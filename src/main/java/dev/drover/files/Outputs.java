package dev.drover.files;

import dev.drover.catalog.Blob;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// The outputs of sessions: which files of the agents have become files of the API. An output is
/// known by its path and the digest of its content. A content that is known at its path is not
/// added again, so a file that a client has deleted does not come back while the agent's file stays
/// as it is. A new content at a path replaces the earlier file, which is no longer listed and is
/// deleted after [#REPLACED]. Durable when a call returns; safe for many threads.
public interface Outputs {
  /// How long a file can be read after a newer content of its path replaced it.
  Duration REPLACED = Duration.ofHours(24);

  /// An output as it was last seen.
  ///
  /// @param path below the directory of the outputs; one character for each byte
  /// @param stamp the state of the agent's file
  record Output(String path, String stamp, String digest) {}

  /// A content that was read.
  ///
  /// @param path as in [Output]
  /// @param file without a blob
  /// @param content stored, and without any reference
  record Found(String path, String stamp, StoredFile file, Blob content) {}

  /// The known outputs of a session.
  List<Output> known(SessionId session);

  /// The paths of the known outputs of a session whose files exist.
  Set<String> present(SessionId session);

  /// Records contents of one session. For each content that is new at its path, the file is added.
  /// All or nothing.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` if there is no such session, `INVALID_REQUEST` if
  ///   the workspace would exceed its quota
  void add(WorkspaceId workspace, SessionId session, List<Found> contents);

  /// Records that the outputs of a session in this node's data directory must be collected. It is
  /// true until [#collected], whatever crashes.
  void owe(SessionId session);

  /// Records that all outputs of a session in this node's data directory are collected.
  void collected(SessionId session);

  boolean isOwed(SessionId session);

  /// The sessions whose outputs in this node's data directory must be collected.
  Set<SessionId> owed();
}
