package dev.drover.bench.context;

import dev.drover.base.Ids;
import dev.drover.profile.Strategy;
import dev.drover.session.Feed;
import dev.drover.store.sqlite.SqliteStore;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// [MillionTokensTest] with twenty different sessions of each pair of a strategy and a context.
/// `-Dsoak.only=rolling-32000` plays those of one pair, `-Dsoak.seeds=4` fewer sessions. The
/// figures of each pair are logged.
@Tag("database")
@Tag("soak")
final class MillionTokensSoakTest {
  private static final int SEEDS = Integer.getInteger("soak.seeds", 20);

  private static final System.Logger LOG = System.getLogger(MillionTokensSoakTest.class.getName());

  private @TempDir Path directory;

  static Stream<Arguments> sessions() {
    return ContextComparison.STRATEGIES.stream()
        .flatMap(
            strategy ->
                Stream.of(MillionTokens.SMALL, MillionTokens.LARGE, MillionTokens.HUGE)
                    .filter(context -> isWanted(strategy, context))
                    .map(context -> Arguments.of(strategy, context)));
  }

  private static boolean isWanted(Strategy strategy, int context) {
    var only = System.getProperty("soak.only", "");
    return only.isEmpty() || only.equals(name(strategy, context));
  }

  private static String name(Strategy strategy, int context) {
    return strategy.name().toLowerCase(Locale.ROOT) + "-" + context;
  }

  @ParameterizedTest(name = "{0}, context of {1}")
  @MethodSource("sessions")
  void everySessionOfTwoMillionTokensGoesOn(Strategy strategy, int context) throws Exception {
    var sum = MillionTokens.Figures.NONE;
    for (long seed : LongStream.rangeClosed(1, SEEDS).toArray()) {
      var ids = new Ids(new Random(seed));
      var file = directory.resolve("db" + seed);
      try (var store = SqliteStore.open(file, new Feed(), ids, InstantSource.system())) {
        sum = sum.and(MillionTokens.goOn(store, ids, strategy, context, seed));
      }
    }
    LOG.log(Level.INFO, "{0}, {1} sessions: {2}", name(strategy, context), SEEDS, sum);
  }
}
