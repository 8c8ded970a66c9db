package dev.drover.store.sqlite;

import dev.drover.base.Ids;
import dev.drover.session.Feed;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.FeedPublisher;
import dev.drover.store.sql.Peers;
import dev.drover.store.sql.Readers;
import dev.drover.store.sql.SqlStore;
import dev.drover.store.sql.Writer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/// The store in one SQLite file. When a call returns, its change is on the disk and survives a
/// crash of the process or the machine.
///
/// Only one server can use the file, so the leases of earlier processes are void. The store has
/// four threads.
public final class SqliteStore {
  private SqliteStore() {}

  /// Opens `path`, and creates the file if it does not exist.
  ///
  /// @param quota the limit for the stored contents of one workspace, in bytes
  /// @throws StoreUnusable if it cannot be written, is held by another process, is damaged, or was
  ///   written by a newer version
  public static SqlStore open(Path path, long quota, Feed feed, Ids ids, InstantSource clock)
      throws StoreUnusable {
    var file = DataFile.hold(path);
    try {
      var connections = Connections.open(file.path(), clock);
      var writer =
          new Writer(List.of(connections.writer()), SqliteDialect.SQLITE, new FeedPublisher(feed));
      var readers = new Readers(connections.readers(), SqliteDialect.SQLITE);
      return new SqlStore(writer, readers, Peers.NONE, "", quota, ids, clock, file::close);
    } catch (StoreUnusable | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// As above, without a quota.
  public static SqlStore open(Path path, Feed feed, Ids ids, InstantSource clock)
      throws StoreUnusable {
    return open(path, Long.MAX_VALUE, feed, ids, clock);
  }
}
