package dev.drover.store.sql;

import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A connection that comes back: made at its first use, and again at the first use after it broke.
/// One thread.
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

  /// A link that is up already, and comes back by `connector`.
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

  /// Whether there is a connection; it may have broken unnoticed.
  boolean isUp() {
    return db != null;
  }

  /// Lets go of a connection that broke.
  void drop() {
    try {
      close();
    } catch (SQLException _) {
      // it is of no use, whatever it says
    }
  }

  /// Lets go of a connection for good. One that broke unnoticed is closed already.
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
