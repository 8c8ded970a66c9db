package dev.drover.session;

import java.util.Optional;

/// A session that was created as a continuation of a part of another one's log.
///
/// @param session the new session
/// @param position the position of the last event that was copied; 0 if none was
/// @param snapshot the snapshot with which the directories of the new session begin; empty if they
///   begin empty
/// @param filesMissing whether the other session had files that the new one does not have
public record Fork(
    Session session, long position, Optional<Snapshot> snapshot, boolean filesMissing) {
  /// What the model reads if files are missing.
  public static final String FILES_MISSING =
      "[sandbox] This is a new sandbox with empty directories. The files that earlier commands made"
          + " are not in it, and running processes, shell variables, /tmp and /home/user are gone."
          + " Files that the user has provided and memory stores are there as before, and"
          + " repositories are cloned again.";
}
