package dev.drover.store;

import dev.drover.base.Ids;
import dev.drover.base.Secret;
import dev.drover.session.Feed;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.store.sql.SqlStore;
import dev.drover.testing.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A PostgreSQL database of a test class's own, without a row when a test begins. To make one for
/// each test would take most of the time.
final class EmptyDatabase implements BeforeEachCallback, AfterAllCallback {
  static final Duration LAPSE = Duration.ofSeconds(5);

  private Postgres.@Nullable Database database;

  @Override
  public void beforeEach(ExtensionContext context) throws SQLException {
    begin();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    drop();
  }

  /// Makes it, or empties it.
  void begin() throws SQLException {
    if (database == null) {
      database = Postgres.database();
    } else {
      empty();
    }
  }

  void drop() {
    if (database != null) {
      database.close();
    }
  }

  /// A store over it. Close it.
  SqlStore open(Feed feed, Ids ids, InstantSource clock) throws StoreUnusable {
    return PostgresStore.open(new Secret(database().url()), LAPSE, feed, ids, clock);
  }

  String url() {
    return database().url();
  }

  Connection connect() throws SQLException {
    return database().connect();
  }

  void execute(String sql) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// The single value that a query gives.
  String text(String sql) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  private Postgres.Database database() {
    if (database == null) {
      throw new IllegalStateException("no test has begun");
    }
    return database;
  }

  /// Deletes all rows. TRUNCATE would make new files for all tables and their indexes, which takes
  /// longer than most tests.
  private void empty() throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      var sql =
          """
          SELECT string_agg('DELETE FROM ' || quote_ident(tablename), ';') FROM pg_tables
          WHERE schemaname = 'public' AND tablename NOT IN ('schema_migration', 'workspace')\
          """;
      String names;
      try (var row = statement.executeQuery(sql)) {
        names = row.next() ? row.getString(1) : null;
      }
      if (names != null) {
        statement.execute(names);
        statement.execute("DELETE FROM workspace WHERE id <> 'wrkspc_01Default'");
      }
    }
  }
}
