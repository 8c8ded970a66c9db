package dev.drover.store;

import dev.drover.base.Secret;
import dev.drover.store.postgres.PostgresCheck;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.store.sql.SqlCheck;
import dev.drover.testing.Postgres;
import java.sql.SQLException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("database")
final class PostgresMigrationTest extends MigrationContract {
  @RegisterExtension static final EmptyDatabase DATABASE = new EmptyDatabase();

  private static final Postgres.Database OLD = Postgres.database();

  /// Empties the old database for the next test, sooner than another could be made.
  @AfterEach
  void dropTables() throws SQLException {
    try (var connection = OLD.connect();
        var statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }
  }

  @AfterAll
  static void drop() {
    OLD.close();
  }

  /// Some of them, and with `-Dfaults=all` every one. Version 1 goes through all steps, and SQLite
  /// begins with each version.
  static IntStream someVersions() {
    return "all".equals(System.getProperty("faults")) ? allVersions() : IntStream.of(1, 4, 7, 10);
  }

  @ParameterizedTest
  @MethodSource("someVersions")
  void earlierSchemasAreBroughtForwardWithWhatTheyHold(int version) throws Exception {
    assertBroughtForward(version);
  }

  @Override
  Store open() throws StoreUnusable {
    return DATABASE.open(feed, ids, clock);
  }

  @Override
  Store reopen() throws StoreUnusable {
    store.close();
    return open();
  }

  @Override
  Store openOld() throws StoreUnusable {
    return PostgresStore.open(new Secret(OLD.url()), EmptyDatabase.LAPSE, feed, ids, clock);
  }

  @Override
  SqlCheck checkOld() throws StoreUnusable {
    return PostgresCheck.open(new Secret(OLD.url()));
  }

  @Override
  String url() {
    return DATABASE.url();
  }

  @Override
  String oldUrl() {
    return OLD.url();
  }

  @Override
  String database() {
    return "postgresql";
  }
}
