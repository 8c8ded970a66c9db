package dev.drover.store.postgres;

import dev.drover.base.Secret;
import dev.drover.store.StoreUnusable;
import java.sql.Connection;
import java.sql.SQLException;

/// A schema of its own in a database, for a store that nobody needs afterwards. Closing drops it
/// with all that is in it.
public final class ScratchSchema implements AutoCloseable {
  private final DatabaseUrl database;
  private final String name;
  private final Secret url;

  private ScratchSchema(DatabaseUrl database, String name, Secret url) {
    this.database = database;
    this.name = name;
    this.url = url;
  }

  /// @param database as for [PostgresStore#open]; its user must be allowed to make schemas
  /// @param name of the schema: letters, digits and `_`; there is none like it yet
  /// @throws StoreUnusable if it cannot be made
  public static ScratchSchema make(Secret database, String name) throws StoreUnusable {
    var text = database.reveal();
    var parsed = DatabaseUrl.of(text);
    var url = new Secret(text + (text.contains("?") ? "&" : "?") + "currentSchema=" + name);
    var schema = new ScratchSchema(parsed, name, url);
    try {
      schema.run("CREATE SCHEMA " + name);
      return schema;
    } catch (SQLException e) {
      throw new StoreUnusable(parsed + " cannot be used: " + e.getMessage(), e);
    }
  }

  /// Of a database that has this schema alone, for [PostgresStore#open].
  public Secret url() {
    return url;
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = PostgresStore.connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// @throws IllegalStateException if it cannot be dropped
  @Override
  public void close() {
    try {
      run("DROP SCHEMA " + name + " CASCADE");
    } catch (SQLException e) {
      throw new IllegalStateException("the schema " + name + " is left", e);
    }
  }
}
