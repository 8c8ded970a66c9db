package dev.drover.bench.context;

import dev.drover.base.Ids;
import dev.drover.profile.Strategy;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A session of two million tokens, run by the harness over SQLite, with models whose contexts are
/// much smaller: no error reaches the user, what the user said stays in the context, and everything
/// else can be found in the log.
@Tag("database")
@Tag("proof")
@Order(1)
final class MillionTokensTest {
  private @TempDir Path directory;
  private Store store;
  private Ids ids;

  @BeforeEach
  void open() throws Exception {
    ids = new Ids(new Random(5));
    store = SqliteStore.open(directory.resolve("db"), new Feed(), ids, InstantSource.system());
  }

  @AfterEach
  void close() {
    store.close();
  }

  /// The strategy with the most chapters; [MillionTokensSoakTest] has all pairs.
  @Test
  void aSessionOfTwoMillionTokensGoesOn() throws Exception {
    MillionTokens.goOn(store, ids, Strategy.ROLLING, MillionTokens.SMALL, 1);
  }
}
