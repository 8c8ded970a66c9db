package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.Secret;
import dev.drover.bench.Bench;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.store.postgres.ScratchSchema;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;

/// The PostgreSQL schema of a benchmark, which is dropped when this is closed.
record ScratchDatabase(ScratchSchema schema, Ids ids) implements Bench.Database {
  private static final Duration LAPSE = Duration.ofSeconds(5);

  /// @throws IOException that says, without the password, why the schema cannot be created
  static ScratchDatabase make(Secret url, Ids ids) throws IOException {
    try {
      var name = ids.next("bench_").toLowerCase(Locale.ROOT);
      return new ScratchDatabase(ScratchSchema.make(url, name), ids);
    } catch (StoreUnusable e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public String url() {
    return schema.url().reveal();
  }

  @Override
  public Store open() throws IOException {
    try {
      return PostgresStore.open(schema.url(), LAPSE, new Feed(), ids, InstantSource.system());
    } catch (StoreUnusable e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    schema.close();
  }
}
