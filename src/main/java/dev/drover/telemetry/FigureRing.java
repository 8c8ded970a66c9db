package dev.drover.telemetry;

import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.session.Nodes;
import dev.drover.wire.Times;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// The figures of this node over the last hour: a sample every five seconds, in memory. It is for a
/// look at what the node does; longer histories are the task of a monitoring system. Safe for many
/// threads.
public final class FigureRing implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofSeconds(5);

  /// The number of samples of an hour.
  static final int KEPT = (int) Duration.ofHours(1).dividedBy(INTERVAL);

  private static final Set<String> FAILED_TURNS = Set.of("retries_exhausted", "refusal");
  private static final Set<String> FINE = Set.of("ok", "interrupted");

  private final Meters meters;
  private final Nodes nodes;
  private final IntSupplier brains;
  private volatile IntSupplier streams = () -> 0;
  private final InstantSource clock;
  private final Pause pause;
  private final Deque<Json> samples = new ArrayDeque<>();
  private Totals before;
  private final Thread thread;

  /// The counters since the start of the process.
  private record Totals(
      Map<String, Long> counts, Histogram.Totals firstToken, Histogram.Totals appends) {}

  /// @param brains the number of active brains
  public FigureRing(
      Meters meters, Nodes nodes, IntSupplier brains, InstantSource clock, Pause pause) {
    this.meters = meters;
    this.nodes = nodes;
    this.brains = brains;
    this.clock = clock;
    this.pause = pause;
    before = totals();
    thread = Thread.ofVirtual().name("figures").unstarted(this::run);
  }

  /// Starts to take samples.
  ///
  /// @param open the number of open event streams
  public void start(IntSupplier open) {
    streams = open;
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        pause.pause(INTERVAL);
        sample();
      }
    } catch (InterruptedException _) {
      // the server stops
    }
  }

  /// Takes a sample.
  void sample() {
    var queue = queue();
    synchronized (this) {
      var now = totals();
      samples.addLast(write(clock.instant(), before, now, queue));
      before = now;
      if (samples.size() > KEPT) {
        samples.removeFirst();
      }
    }
  }

  private Nodes.@Nullable Queue queue() {
    try {
      return nodes.queue();
    } catch (Problem _) {
      return null; // the store is away
    }
  }

  private Totals totals() {
    var counts = new LinkedHashMap<String, Long>();
    counts.put("turns", meters.turns.total(_ -> true));
    counts.put("turns_failed", meters.turns.total(FAILED_TURNS::contains));
    counts.put("model_calls", meters.modelCalls.total(_ -> true));
    counts.put("model_errors", meters.modelCalls.total(outcome -> !FINE.contains(outcome)));
    for (var kind : List.of("input", "output", "cache_read", "cache_creation")) {
      counts.put(kind + "_tokens", meters.tokens.total(kind::equals));
    }
    counts.put("tool_calls", meters.toolCalls.total(_ -> true));
    counts.put("tool_errors", meters.toolCalls.total(outcome -> !FINE.contains(outcome)));
    counts.put("requests", meters.requests.total(_ -> true));
    return new Totals(counts, meters.firstWord.totals(), meters.appendSeconds.totals());
  }

  private Json write(Instant at, Totals from, Totals to, Nodes.@Nullable Queue queue) {
    var sample = new LinkedHashMap<String, Json>();
    sample.put("at", Json.of(Times.write(at)));
    to.counts()
        .forEach(
            (name, count) ->
                sample.put(name, Json.of(count - from.counts().getOrDefault(name, 0L))));
    sample.put("first_token_ms", percentiles(to.firstToken().since(from.firstToken())));
    sample.put("append_ms", percentiles(to.appends().since(from.appends())));
    sample.put("brains", Json.of(brains.getAsInt()));
    sample.put("streams", Json.of(streams.getAsInt()));
    sample.put("queue_sessions", Json.of(queue == null ? null : queue.sessions()));
    sample.put(
        "queue_oldest_ms",
        Json.of(
            queue == null
                ? null
                : queue
                    .since()
                    .map(since -> Math.max(0, ChronoUnit.MILLIS.between(since, at)))
                    .orElse(0L)));
    return new Json.Obj(sample);
  }

  private static Json percentiles(Histogram.Totals seconds) {
    return Json.obj(
        "count", seconds.count(), "p50", millis(seconds, 0.5), "p95", millis(seconds, 0.95));
  }

  /// A percentile in milliseconds; null without values.
  private static @Nullable Object millis(Histogram.Totals seconds, double part) {
    return seconds.count() == 0 ? null : Math.round(seconds.percentile(part) * 1e4) / 10.0;
  }

  /// The samples of the last minutes, oldest first.
  public Json figures(int minutes) {
    long wanted = Duration.ofMinutes(minutes).dividedBy(INTERVAL);
    synchronized (this) {
      return Json.obj(
          "type",
          "figures",
          "interval_ms",
          INTERVAL.toMillis(),
          "data",
          samples.stream().skip(Math.max(0, samples.size() - wanted)).toList());
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
