package dev.drover.store.sql;

import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A connection that is opened at its first use, and reopened at the first use after it broke. One
/// thread.
public final class Link implements AutoCloseable {
  private final Connector connector;
  private @Nullable Db db;

  /// Connects to a database.
  @FunctionalInterface
  public interface Connector {
    Db connect() throws SQLException;
  }

  public Link(Connector connector) {
    this.connector = connector;
  }

  /// A link that is already open; `connector` reopens it.
  public static Link up(Db db, Connector connector) {
    var link = new Link(connector);
    link.db = db;
    return link;
  }

  Db db() throws SQLException {
    if (db == null) {
      db = connector.connect();
    }
    return db;
  }

  /// The number of statements that were run since the last call. Those of a connection that was
  /// closed meanwhile are missing.
  long takeStatements() {
    return db == null ? 0 : db.takeStatements();
  }

  /// Whether there is a connection; it may have broken unnoticed.
  boolean isUp() {
    return db != null;
  }

  /// Closes a broken connection; the next use opens a new one.
  void drop() {
    try {
      close();
    } catch (SQLException _) {
      // the connection is unusable anyway
    }
  }

  /// Closes the connection for good. One that broke unnoticed is already closed.
  void end(Dialect dialect) throws SQLException {
    try {
      close();
    } catch (SQLException e) {
      if (dialect.trouble(e) != Dialect.Trouble.BROKEN && !(e.getCause() instanceof IOException)) {
        throw e;
      }
    }
  }

  @Override
  public void close() throws SQLException {
    if (db != null) {
      var old = db;
      db = null;
      old.close();
    }
  }
}
