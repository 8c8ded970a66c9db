package dev.drover.session;

import dev.drover.base.Json;
import dev.drover.catalog.BlobId;

/// A job: work that is owed, as claimed by a node.
///
/// @param number the number of its row
/// @param kind the kind of work
/// @param key the subject of the work; there is at most one job for each kind and key, or one for
///   each data directory
/// @param payload further data for the work
/// @param tries the number of claims so far, including this one
/// @param epoch the number of this claim; each claim raises it
public record Job(long number, String kind, String key, Json payload, int tries, long epoch) {
  /// The kind of job that removes what a node stores for a deleted session; the key is the
  /// session's id.
  public static final String REMOVE_WORKSPACE = "remove_workspace";

  /// The kind of job that deletes a stored content to which no row refers any more; the key is the
  /// content's id.
  public static final String DELETE_BLOB = "delete_blob";

  /// The kind of job that removes the memories of a deleted memory store; the key is the store's
  /// id.
  public static final String DELETE_MEMORIES = "delete_memories";

  /// The kind of job that removes what the files of the database still have of removed secrets; the
  /// key is different for each removal.
  public static final String PURGE_SECRETS = "purge_secrets";

  /// The kind of job that collects the outputs of a session in a data directory; the key is the
  /// session's id.
  public static final String COLLECT_OUTPUTS = "collect_outputs";

  /// The number of characters of an error that are stored.
  public static final int ERROR_LIMIT = 500;

  /// A request to add a job.
  ///
  /// @param here whether only a node with this node's data directory can do it
  public record Order(String kind, String key, Json payload, boolean here) {
    /// The removal job of a deleted session, one for each data directory.
    public static Order removal(SessionId session) {
      return new Order(REMOVE_WORKSPACE, session.value(), Json.EMPTY, true);
    }

    /// The collection of what a session's outputs in this node's data directory have.
    public static Order collection(SessionId session) {
      return new Order(COLLECT_OUTPUTS, session.value(), Json.EMPTY, true);
    }

    /// The deletion of a stored content, by any node.
    public static Order deletion(BlobId content) {
      return new Order(DELETE_BLOB, content.value(), Json.EMPTY, false);
    }
  }
}
