package dev.drover.store.postgres;

import dev.drover.base.Secret;
import dev.drover.store.StoreUnusable;
import java.sql.Connection;
import java.sql.SQLException;

/// A schema in a database for a temporary store. Closing it drops the schema with everything in it.
public final class ScratchSchema implements AutoCloseable {
  private final DatabaseUrl database;
  private final String name;
  private final Secret url;

  private ScratchSchema(DatabaseUrl database, String name, Secret url) {
    this.database = database;
    this.name = name;
    this.url = url;
  }

  /// @param database the database as for [PostgresStore#open]; its user must have the right to
  ///   create schemas
  /// @param name the name of the new schema: letters, digits and `_`
  /// @throws StoreUnusable if the schema cannot be created
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

  /// The URL of the database with only this schema, for [PostgresStore#open].
  public Secret url() {
    return url;
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = PostgresStore.connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// @throws IllegalStateException if the schema cannot be dropped
  @Override
  public void close() {
    try {
      run("DROP SCHEMA " + name + " CASCADE");
    } catch (SQLException e) {
      throw new IllegalStateException("the schema " + name + " is left", e);
    }
  }
}
