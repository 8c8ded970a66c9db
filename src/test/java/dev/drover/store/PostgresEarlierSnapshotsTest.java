package dev.drover.store;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("database")
final class PostgresEarlierSnapshotsTest extends EarlierSnapshotsContract {
  @RegisterExtension static final EmptyDatabase DATABASE = new EmptyDatabase();

  @Override
  Store open() throws StoreUnusable {
    return DATABASE.open(feed, ids, clock);
  }

  @Override
  Store reopen() throws StoreUnusable {
    store.close();
    return open();
  }
}
