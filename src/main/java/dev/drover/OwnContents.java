package dev.drover;

import dev.drover.base.Problem;
import dev.drover.catalog.Blobs;
import dev.drover.store.StoreUnusable;
import java.lang.System.Logger.Level;

/// Makes sure that the stored contents belong to the server's database: two databases would delete
/// each other's.
final class OwnContents {
  private static final System.Logger LOG = System.getLogger(OwnContents.class.getName());

  private OwnContents() {}

  /// @throws StoreUnusable if another database has them
  static void claim(Config config, Blobs blobs, String database)
      throws StoreUnusable, InterruptedException {
    String owner;
    try {
      owner = blobs.claim(database);
    } catch (Problem e) {
      LOG.log(
          Level.WARNING,
          "it is not known whether the stored contents belong to this database: " + e.getMessage());
      return; // they are not reachable now; the job that deletes garbage asks again
    }
    if (!owner.equals(database)) {
      throw config.blobs().taken(config.data());
    }
  }
}
