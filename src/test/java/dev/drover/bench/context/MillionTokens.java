package dev.drover.bench.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.bench.context.CachingModel.Outcome;
import dev.drover.profile.Strategy;
import dev.drover.reading.GetEvents;
import dev.drover.session.Event;
import dev.drover.session.StopReason;
import dev.drover.store.Store;
import java.util.ArrayList;
import java.util.List;

/// The check of a session of two million tokens.
final class MillionTokens {
  static final int SMALL = 32_000;
  static final int LARGE = 200_000;
  static final int HUGE = 1_000_000;

  private static final int MOST_CHAPTERS = 28;

  private MillionTokens() {}

  /// What a session showed.
  ///
  /// @param errors those that reached the user
  /// @param found the facts that the agent found, of 40
  /// @param reads the calls of `get_events`
  /// @param cached the tokens of prompts that were read from the cache
  /// @param prompts the tokens of all prompts
  record Figures(int errors, int found, int reads, int chapters, long cached, long prompts) {
    static final Figures NONE = new Figures(0, 40, 0, 0, 0, 0);

    /// Of two sessions; `found` is the lesser.
    Figures and(Figures other) {
      return new Figures(
          errors + other.errors,
          Math.min(found, other.found),
          reads + other.reads,
          chapters + other.chapters,
          cached + other.cached,
          prompts + other.prompts);
    }
  }

  private static Figures figures(SessionRun run, int found) {
    long cached = 0;
    long prompts = 0;
    for (var request : run.model().requests()) {
      var usage = request.usage();
      cached += usage.cacheReadTokens();
      prompts += usage.inputTokens() + usage.cacheReadTokens() + usage.cacheCreationTokens();
    }
    return new Figures(
        run.all(Event.Failed.class).size(),
        found,
        (int)
            run.all(Event.AgentToolUse.class).stream()
                .filter(use -> use.name().equals(GetEvents.NAME))
                .count(),
        run.all(Event.ContextOpened.class).size(),
        cached,
        prompts);
  }

  /// Plays a session and verifies it.
  static Figures goOn(Store store, Ids ids, Strategy strategy, int context, long seed)
      throws InterruptedException {
    boolean small = context == SMALL;
    var size = small ? ScriptedSession.Size.LOCAL : ScriptedSession.Size.LONG;
    var script = new ScriptedSession(seed, size);
    assertThat(script.facts()).hasSize(40);
    var run =
        new SessionRun(
            store.sessions(),
            store.eventLog(),
            ids,
            script,
            strategy,
            ContextComparison.server(context));
    run.play();
    var requests = run.model().requests();
    var gaps = gaps(run);
    assertThat(run.all(Event.Failed.class)).isEmpty();
    assertThat(run.all(Event.StatusIdle.class))
        .hasSize(size.turns())
        .allSatisfy(idle -> assertThat(idle.reason()).isEqualTo(new StopReason.EndTurn()));
    assertThat(requests).noneMatch(request -> request.outcome() == Outcome.INVALID);
    long refused =
        requests.stream().filter(request -> request.outcome() == Outcome.REFUSED).count();
    assertThat(refused).isLessThanOrEqualTo(small ? requests.size() / 50 : 0);
    var chapters = run.all(Event.ContextOpened.class);
    assertThat(requests.stream().filter(one -> !one.summary() && !one.grew()))
        .hasSameSizeAs(chapters);
    assertThat(requests.stream().filter(CachingModel.Request::summary))
        .allMatch(CachingModel.Request::grew);
    if (context == LARGE) {
      assertThat(chapters).hasSizeLessThanOrEqualTo(MOST_CHAPTERS);
    }
    int least = small ? (strategy == Strategy.NOTE ? 4 : 5) : 8;
    assertThat(gaps).allSatisfy(gap -> assertThat(gap).isGreaterThanOrEqualTo(least));
    assertThat(cached(requests)).isGreaterThan(small ? leastCached(strategy) : 0.95);
    int planted = size.turns() / 10 * (size.calls() + 1);
    for (var seen : run.seen().subList(planted, run.seen().size())) {
      assertThat(seen.nextClearBit(0)).isGreaterThanOrEqualTo(10);
    }
    int found = run.find();
    assertThat(found).isEqualTo(40);
    return figures(run, found);
  }

  /// The share of the prompts' tokens that was read from the cache.
  private static double cached(List<CachingModel.Request> requests) {
    long read = requests.stream().mapToLong(one -> one.usage().cacheReadTokens()).sum();
    long computed = requests.stream().mapToLong(CachingModel.Request::computed).sum();
    return (double) read / (read + computed);
  }

  /// In a small context, a result is a tenth of a prompt that is handed over half full, and nothing
  /// that is new can be in a cache.
  private static double leastCached(Strategy strategy) {
    return strategy == Strategy.NOTE ? 0.87 : 0.90;
  }

  /// The numbers of requests from each chapter to the next.
  private static List<Integer> gaps(SessionRun run) {
    var gaps = new ArrayList<Integer>();
    int count = 0;
    boolean first = true;
    for (var event : run.all(Event.class)) {
      if (event instanceof Event.ContextOpened) {
        if (!first) {
          gaps.add(count);
        }
        first = false;
        count = 0;
      } else if (event instanceof Event.ModelRequestStart) {
        count++;
      }
    }
    return gaps;
  }
}
