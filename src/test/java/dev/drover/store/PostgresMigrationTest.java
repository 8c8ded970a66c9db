package dev.drover.store;

import dev.drover.base.Secret;
import dev.drover.store.postgres.PostgresCheck;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.store.sql.SqlCheck;
import dev.drover.testing.Postgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("database")
final class PostgresMigrationTest extends MigrationContract {
  @RegisterExtension static final EmptyDatabase DATABASE = new EmptyDatabase();

  private final Postgres.Database old = Postgres.database();

  @AfterEach
  void drop() {
    old.close();
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
    return PostgresStore.open(new Secret(old.url()), EmptyDatabase.LAPSE, feed, ids, clock);
  }

  @Override
  SqlCheck checkOld() throws StoreUnusable {
    return PostgresCheck.open(new Secret(old.url()));
  }

  @Override
  String url() {
    return DATABASE.url();
  }

  @Override
  String oldUrl() {
    return old.url();
  }

  @Override
  String database() {
    return "postgresql";
  }
}
