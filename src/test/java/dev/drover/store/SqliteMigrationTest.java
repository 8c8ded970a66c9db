package dev.drover.store;

import dev.drover.store.sql.SqlCheck;
import dev.drover.store.sqlite.SqliteCheck;
import dev.drover.store.sqlite.SqliteStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("database")
final class SqliteMigrationTest extends MigrationContract {
  @TempDir Path directory;

  @ParameterizedTest
  @MethodSource("allVersions")
  void everyEarlierSchemaIsBroughtForwardWithWhatItHolds(int version) throws Exception {
    assertBroughtForward(version);
  }

  @Override
  Store open() throws StoreUnusable {
    return SqliteStore.open(directory.resolve("drover.db"), feed, ids, clock);
  }

  @Override
  Store reopen() throws StoreUnusable {
    store.close();
    return open();
  }

  @Override
  Store openOld() throws StoreUnusable {
    return SqliteStore.open(directory.resolve("old.db"), feed, ids, clock);
  }

  @Override
  SqlCheck checkOld() throws StoreUnusable {
    return SqliteCheck.open(directory.resolve("old.db"));
  }

  @Override
  String url() {
    return "jdbc:sqlite:" + directory.resolve("drover.db");
  }

  @Override
  String oldUrl() {
    return "jdbc:sqlite:" + directory.resolve("old.db");
  }

  @Override
  String database() {
    return "sqlite";
  }
}
