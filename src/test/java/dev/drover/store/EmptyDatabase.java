package dev.drover.store;

import dev.drover.base.Ids;
import dev.drover.session.Feed;
import dev.drover.store.postgres.ReusedConnections;
import dev.drover.store.sql.SqlStore;
import dev.drover.testing.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A PostgreSQL database that a test class has to itself while it runs, without a row when a test
/// begins. To make one for each test, or new connections for each store, would take most of the
/// time: databases serve one class after another, and connections one store after another.
final class EmptyDatabase implements BeforeEachCallback, AfterAllCallback {
  static final Duration LAPSE = Duration.ofSeconds(5);

  private @Nullable Place place;

  /// A database, and the connections to it.
  private static final class Place implements AutoCloseable {
    private final Postgres.Database database = Postgres.database();
    private final ReusedConnections connections = new ReusedConnections(database.url());

    @Override
    public void close() throws SQLException {
      connections.close();
      database.close();
    }
  }

  /// The places that no class has now; they end with the tests.
  private static final class Places implements AutoCloseable {
    private final Deque<Place> idle = new ConcurrentLinkedDeque<>();

    static Places of(ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(Places.class))
          .computeIfAbsent(Places.class);
    }

    @Override
    public void close() throws SQLException {
      for (var place = idle.poll(); place != null; place = idle.poll()) {
        place.close();
      }
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws SQLException {
    if (place == null) {
      place = Places.of(context).idle.pollLast();
    }
    if (place == null) {
      begin();
    } else {
      empty();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (place != null) {
      Places.of(context).idle.add(place);
      place = null;
    }
  }

  /// Makes a new one, for a class that ends it with [#drop].
  void begin() {
    place = new Place();
  }

  void drop() throws SQLException {
    place().close();
  }

  /// A store over it. Close it.
  SqlStore open(Feed feed, Ids ids, InstantSource clock) throws StoreUnusable {
    return open(Long.MAX_VALUE, feed, ids, clock);
  }

  /// As above.
  ///
  /// @param quota the limit for the stored contents of one workspace, in bytes
  SqlStore open(long quota, Feed feed, Ids ids, InstantSource clock) throws StoreUnusable {
    return place().connections.open(LAPSE, quota, feed, ids, clock);
  }

  String url() {
    return place().database.url();
  }

  Connection connect() throws SQLException {
    return place().connections.connect();
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

  private Place place() {
    if (place == null) {
      throw new IllegalStateException("no test has begun");
    }
    return place;
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
