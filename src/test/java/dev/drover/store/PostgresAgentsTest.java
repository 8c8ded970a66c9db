package dev.drover.store;

import dev.drover.base.Secret;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.testing.Postgres;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

final class PostgresAgentsTest extends AgentsContract {
  private final Postgres.Database database = Postgres.database();

  @Override
  Store open() throws StoreUnusable {
    return PostgresStore.open(new Secret(database.url()), Duration.ofSeconds(5), feed, ids, clock);
  }

  @Override
  Store reopen() throws StoreUnusable {
    store.close();
    return open();
  }

  @AfterEach
  void drop() {
    store.close();
    database.close();
  }
}
