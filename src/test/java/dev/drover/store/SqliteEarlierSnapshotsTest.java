package dev.drover.store;

import dev.drover.store.sqlite.SqliteStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("database")
final class SqliteEarlierSnapshotsTest extends EarlierSnapshotsContract {
  @TempDir Path directory;

  @Override
  Store open() throws StoreUnusable {
    return SqliteStore.open(directory.resolve("drover.db"), feed, ids, clock);
  }

  @Override
  Store reopen() throws StoreUnusable {
    store.close();
    return open();
  }
}
