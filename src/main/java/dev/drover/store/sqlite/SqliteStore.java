package dev.drover.store.sqlite;

import dev.drover.base.Ids;
import dev.drover.catalog.Agents;
import dev.drover.catalog.Environments;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Sessions;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;

/// Keeps everything in one SQLite file. What a call has returned is on the disk: it survives the
/// death of the process and of the machine.
///
/// One server to a file, and it is the only one: leases that an earlier process held are void.
/// Writes wait for each other and share commits, reads wait for nobody. A full disk refuses writes
/// with `UNAVAILABLE` and goes on reading; writing works again once there is room. A caller that is
/// interrupted waits for its outcome all the same and keeps the interrupt. Four threads, which end
/// with [#close].
public final class SqliteStore implements Store {
  private final DataFile file;
  private final Writer writer;
  private final Readers readers;
  private final Agents agents;
  private final Environments environments;
  private final EventLog eventLog;
  private final Sessions sessions;

  private SqliteStore(DataFile file, Writer writer, Readers readers, Ids ids, InstantSource clock) {
    this.file = file;
    this.writer = writer;
    this.readers = readers;
    var node = ids.next("node_");
    agents = new SqliteAgents(writer, readers);
    environments = new SqliteEnvironments(writer, readers);
    eventLog = new SqliteEventLog(writer, readers, node, clock);
    sessions = new SqliteSessions(writer, readers, node, ids, clock);
  }

  /// Opens `path`, and makes it where there is none.
  ///
  /// @throws StoreUnusable if it cannot be written, is held by another process, is damaged, or was
  ///   written by a newer version
  public static SqliteStore open(Path path, Feed feed, Ids ids, InstantSource clock)
      throws StoreUnusable {
    var file = DataFile.hold(path);
    try {
      var connections = Connections.open(file.path(), clock);
      return new SqliteStore(
          file,
          new Writer(connections.writer(), feed),
          new Readers(connections.readers()),
          ids,
          clock);
    } catch (StoreUnusable | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public EventLog eventLog() {
    return eventLog;
  }

  @Override
  public Sessions sessions() {
    return sessions;
  }

  @Override
  public Agents agents() {
    return agents;
  }

  @Override
  public Environments environments() {
    return environments;
  }

  /// For tests that reach below the interfaces.
  Writer writer() {
    return writer;
  }

  /// Does what was handed in, then closes the file. Later calls are refused with `UNAVAILABLE`.
  @Override
  public void close() {
    try {
      readers.close();
      writer.close();
    } catch (SQLException e) {
      throw new IllegalStateException("the database did not close", e);
    } finally {
      file.close();
    }
  }
}
