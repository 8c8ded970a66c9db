package dev.drover.store.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/// A table of events in a SQLite file of its own, with the settings of [SqliteStore] and without
/// the rest of it: the floor that a benchmark compares the store with. A row has nothing but its
/// session, its position and its event. One thread at a time.
public final class BareTable implements AutoCloseable {
  private final Connection connection;
  private final PreparedStatement insert;

  private BareTable(Connection connection, PreparedStatement insert) {
    this.connection = connection;
    this.insert = insert;
  }

  /// @param path of a file that does not exist
  /// @throws IOException if it cannot be created
  public static BareTable open(Path path) throws IOException {
    try {
      NativeLibrary.load();
      var connection = Connections.config(false).createConnection("jdbc:sqlite:" + path);
      connection.setAutoCommit(false);
      try (var statement = connection.createStatement()) {
        statement.executeUpdate(
            "CREATE TABLE event (session_key INTEGER NOT NULL, position INTEGER NOT NULL,"
                + " json TEXT NOT NULL, PRIMARY KEY (session_key, position))");
      }
      connection.commit();
      return new BareTable(
          connection,
          connection.prepareStatement(
              "INSERT INTO event (session_key, position, json) VALUES (?, ?, ?)"));
    } catch (SQLException e) {
      throw new IOException(path + ": " + e.getMessage(), e);
    }
  }

  /// Inserts an event, in the transaction that [#commit] ends.
  public void insert(long session, long position, String json) throws IOException {
    try {
      insert.setLong(1, session);
      insert.setLong(2, position);
      insert.setString(3, json);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// Makes durable what was inserted.
  public void commit() throws IOException {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      insert.close();
      connection.close();
    } catch (SQLException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
