package dev.drover.store;

import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresNewerRowsTest extends NewerRowsContract {
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
