package dev.drover.session;

import java.util.Iterator;

/// The log of a session that was exported, possibly by another server. It is not trusted.
public interface ExportedLog {
  /// What the model reads after the events of an imported session.
  String NOTE =
      "[sandbox] This session was imported. It has a new sandbox with empty directories: files that"
          + " earlier commands made, files that the user had provided, repositories and memory"
          + " stores are not in it unless they were added again, and running processes, shell"
          + " variables, /tmp and /home/user are gone.";

  /// The session that was exported.
  SessionId from();

  /// The primary thread of that session, which its events name.
  ThreadId thread();

  /// The events, oldest first, with positions from 1 on. Each call begins anew.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST`, also from the iterator, if an event cannot
  ///   be read
  Iterator<Stored> events();
}
