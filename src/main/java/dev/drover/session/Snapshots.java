package dev.drover.session;

import dev.drover.catalog.Blob;
import java.util.Optional;

/// The snapshots of the directories of sessions, the newest ones of each session, and where the
/// directories are. The directories of a session have an *id*, which is new whenever they are made
/// anew. The event [Event.WorkspaceHome] says which are the right ones; the store remembers the
/// last one, and the data directory of the node that appended it.
///
/// Durable when a call returns; safe for many threads; blocking.
public interface Snapshots {
  /// The kind of job that takes a snapshot, in the data directory that has the session's
  /// directories; the key is the session's id.
  String TAKE = "take_snapshot";

  /// Where the directories of a session are; empty before its first command.
  Optional<Home> home(SessionId session);

  /// Records that the session's directories are these, in this node's data directory, if the
  /// session has none: files are put into them before its first command.
  ///
  /// @return whether these are the right ones now
  boolean settle(SessionId session, String home);

  /// @param id the id of the directories
  /// @param here whether this node's data directory is the one that they are in
  /// @param node the name and the host of a live node that has the data directory
  record Home(String id, boolean here, Optional<String> node) {
    /// Whether a node that has the data directory is alive.
    public boolean reachable() {
      return node.isPresent();
    }
  }

  /// Whether another node holds the session. Only that node can make other directories the right
  /// ones. A change of the directories that was complete before this returned false is in every
  /// snapshot that a later move takes.
  boolean isHeldElsewhere(SessionId session);

  /// The session's newest snapshot; empty if there is none.
  Optional<Snapshot> newest(SessionId session);

  /// The position of the last event in the session's log; 0 before the first.
  long head(SessionId session);

  /// The number of tool calls that were dispatched after a position.
  long callsAfter(SessionId session, long position);

  /// What the model has not been told of the session's directories: the note of the last
  /// [Event.WorkspaceHome], unless a result of a tool was recorded after it.
  Optional<String> untold(SessionId session);

  /// Makes a snapshot the session's newest one. Older ones are kept for forks, see [Sessions#fork];
  /// those that are not kept lose their contents by jobs.
  ///
  /// @param snapshot with the layers of the newest one up to now, to which `layer` is added, or
  ///   with none
  /// @param layer the content that was stored for it, without a row yet
  /// @param kept the number of snapshots of the session that are kept at least, this one included;
  ///   more are kept if they are layers on which newer ones stand
  /// @return false if the snapshot is not kept: the session's directories are others by now, or it
  ///   was deleted, or another snapshot is the newest by now; then `layer` is garbage
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if the content does not fit into the quota
  boolean keep(SessionId session, Snapshot snapshot, Blob layer, int kept);

  /// Notes that the session's directories were still as in the newest snapshot at a later position.
  void unchanged(SessionId session, Snapshot newest, long position);

  /// Asks for a snapshot by the node that has the session's directories: adds a job, and gives the
  /// other nodes a hint.
  void request(SessionId session);

  /// Whether such a job waits or is being done.
  boolean isRequested(SessionId session);
}
