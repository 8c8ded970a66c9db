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

/// Keeps everything in one SQLite file. What a call has returned is on the disk: it survives the
/// death of the process and of the machine.
///
/// One server to a file, and it is the only one: leases that an earlier process held are void. Four
/// threads.
public final class SqliteStore {
  private SqliteStore() {}

  /// Opens `path`, and makes it where there is none.
  ///
  /// @throws StoreUnusable if it cannot be written, is held by another process, is damaged, or was
  ///   written by a newer version
  public static SqlStore open(Path path, Feed feed, Ids ids, InstantSource clock)
      throws StoreUnusable {
    var file = DataFile.hold(path);
    try {
      var connections = Connections.open(file.path(), clock);
      var writer =
          new Writer(List.of(connections.writer()), SqliteDialect.SQLITE, new FeedPublisher(feed));
      var readers = new Readers(connections.readers(), SqliteDialect.SQLITE);
      return new SqlStore(writer, readers, Peers.NONE, "", ids, clock, file::close);
    } catch (StoreUnusable | RuntimeException e) {
      file.close();
      throw e;
    }
  }
}
