package dev.drover.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.session.Feed;
import dev.drover.store.memory.MemoryStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The figures of the last hour.
final class FigureRingTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Meters meters = new Meters(Set.of("bash"));

  private FigureRing ring(Pause pause) {
    var store = new MemoryStore(new Feed(), new Ids(new Random(7)), InstantSource.fixed(NOW));
    return new FigureRing(meters, store.nodes(), () -> 3, InstantSource.fixed(NOW), pause);
  }

  private static List<Json> data(Json figures) {
    return ((Json.Obj) figures).items("data");
  }

  private static Json.Obj last(FigureRing ring) {
    return (Json.Obj) data(ring.figures(60)).getLast();
  }

  @Test
  void aSampleHasWhatHappenedSinceTheOneBefore() {
    meters.turns.increment("end_turn");
    var ring = ring(Pause.REAL);
    meters.turns.increment("end_turn");
    meters.turns.increment("retries_exhausted");
    meters.modelCalls.increment("rehearsal", "ok");
    meters.modelCalls.increment("rehearsal", "overloaded");
    meters.tokens.add(7, "input");
    meters.tokens.add(3, "output");
    meters.called("bash", null, System.nanoTime());
    meters.toolCalls.increment("bash", "error");
    ring.sample();
    var sample = last(ring);
    assertThat(sample.text("at")).isEqualTo("2026-01-01T00:00:00.000000Z");
    assertThat(sample.number("turns", -1)).isEqualTo(2);
    assertThat(sample.number("turns_failed", -1)).isEqualTo(1);
    assertThat(sample.number("model_calls", -1)).isEqualTo(2);
    assertThat(sample.number("model_errors", -1)).isEqualTo(1);
    assertThat(sample.number("input_tokens", -1)).isEqualTo(7);
    assertThat(sample.number("output_tokens", -1)).isEqualTo(3);
    assertThat(sample.number("tool_calls", -1)).isEqualTo(2);
    assertThat(sample.number("tool_errors", -1)).isEqualTo(1);
    assertThat(sample.number("brains", -1)).isEqualTo(3);
    assertThat(sample.number("queue_sessions", -1)).isZero();
    ring.sample();
    assertThat(last(ring).number("turns", -1)).isZero();
  }

  @Test
  void percentilesAreOfTheSampleAlone() {
    meters.firstWord.observe(100);
    var ring = ring(Pause.REAL);
    for (int i = 0; i < 90; i++) {
      meters.firstWord.observe(0.3);
    }
    for (int i = 0; i < 10; i++) {
      meters.firstWord.observe(4);
    }
    ring.sample();
    var times = last(ring).object("first_token_ms");
    assertThat(times.number("count", 0)).isEqualTo(100);
    assertThat(((Json.Num) times.get("p50").orElseThrow()).literal()).startsWith("3");
    assertThat(Double.parseDouble(((Json.Num) times.get("p95").orElseThrow()).literal()))
        .isBetween(2_500.0, 5_000.0);
    ring.sample();
    assertThat(last(ring).object("first_token_ms").get("p50")).hasValue(Json.NULL);
  }

  @Test
  void anHourIsKept() {
    var ring = ring(Pause.REAL);
    for (int i = 0; i < FigureRing.KEPT + 5; i++) {
      ring.sample();
    }
    assertThat(data(ring.figures(60))).hasSize(720);
    assertThat(data(ring.figures(1))).hasSize(12);
  }

  @Test
  void samplesAreTakenUntilTheRingIsClosed() throws Exception {
    var taken = new CountDownLatch(3);
    var ended = new CountDownLatch(1);
    var ring =
        ring(
            duration -> {
              assertThat(duration).isEqualTo(FigureRing.INTERVAL);
              taken.countDown();
              if (taken.getCount() == 0) {
                try {
                  new CountDownLatch(1).await();
                } finally {
                  ended.countDown();
                }
              }
            });
    ring.start(() -> 5);
    assertThat(taken.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(last(ring).number("streams", -1)).isEqualTo(5);
    ring.close();
    assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
