package dev.drover.store;

import dev.drover.base.Secret;
import dev.drover.store.postgres.PostgresStore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("database")
final class PostgresProfileVersionsTest extends ProfileVersionsContract {
  @RegisterExtension static final EmptyDatabase DATABASE = new EmptyDatabase();

  @Override
  Store open() throws StoreUnusable {
    return PostgresStore.open(
        new Secret(DATABASE.url()), EmptyDatabase.LAPSE, "", Long.MAX_VALUE, feed, ids, clock);
  }

  @Override
  Store reopen() throws StoreUnusable {
    store.close();
    return open();
  }
}
