package dev.drover.bench.context;

import dev.drover.base.Ids;
import dev.drover.profile.Strategy;
import dev.drover.session.Feed;
import dev.drover.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// [MillionTokensTest] with twenty different sessions.
@Tag("database")
@Tag("soak")
final class MillionTokensSoakTest {
  private static final int SEEDS = 20;

  private @TempDir Path directory;

  static Stream<Arguments> sessions() {
    return ContextComparison.STRATEGIES.stream()
        .flatMap(
            strategy ->
                Stream.of(MillionTokens.SMALL, MillionTokens.LARGE, MillionTokens.HUGE)
                    .map(context -> Arguments.of(strategy, context)));
  }

  @ParameterizedTest(name = "{0}, context of {1}")
  @MethodSource("sessions")
  void everySessionOfTwoMillionTokensGoesOn(Strategy strategy, int context) throws Exception {
    for (long seed : LongStream.rangeClosed(1, SEEDS).toArray()) {
      var ids = new Ids(new Random(seed));
      var file = directory.resolve("db" + seed);
      try (var store = SqliteStore.open(file, new Feed(), ids, InstantSource.system())) {
        MillionTokens.goOn(store, ids, strategy, context, seed);
      }
    }
  }
}
