package dev.drover.session;

import dev.drover.base.Json;

/// Work that is owed, as a node that claimed it sees it.
///
/// @param number of its row
/// @param kind what is to be done
/// @param key what it is about: of one kind there is one job with a key, or one for each directory
/// @param payload what else there is to know
/// @param tries how often it was claimed, this time included
/// @param epoch of this claim; each claim raises it
public record Job(long number, String kind, String key, Json payload, int tries, long epoch) {
  /// Removes what a node keeps of a session that was deleted; the key is the session's id.
  public static final String REMOVE_WORKSPACE = "remove_workspace";

  /// Characters of an error that are kept.
  public static final int ERROR_LIMIT = 500;

  /// A job that is to be owed.
  ///
  /// @param here whether only a node with this node's data directory can do it
  public record Order(String kind, String key, Json payload, boolean here) {
    /// What a session that is deleted leaves to be done: once for each data directory.
    public static Order removal(SessionId session) {
      return new Order(REMOVE_WORKSPACE, session.value(), Json.EMPTY, true);
    }
  }
}
