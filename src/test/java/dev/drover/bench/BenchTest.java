package dev.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The whole bench at its smallest: whether it measures, not what.
@Timeout(180)
final class BenchTest {
  private final Ids ids = new Ids(new SecureRandom());
  private final Bench bench = new Bench(this::open, Optional.empty(), ids);

  private Store open(Path file) throws IOException {
    try {
      return SqliteStore.open(file, new Feed(), ids, InstantSource.system());
    } catch (StoreUnusable e) {
      throw new IOException(e);
    }
  }

  @Test
  void everyFigureIsThereAndSane() throws Exception {
    long before = ProcessHandle.current().children().count();
    var told = new ArrayList<String>();
    var report = bench.run(List.of(), Size.SMALLEST, told::add);
    assertThat(told)
        .containsExactly(
            "ttft", "concurrent", "streams", "tools", "append", "start", "memory", "long-log");
    assertThat(report.figures())
        .allSatisfy(
            figure -> {
              assertThat(figure.value()).isFinite().isPositive();
              figure.floor().ifPresent(floor -> assertThat(floor).isFinite().isPositive());
              assertThat(figure.target() instanceof Target.None)
                  .isEqualTo(figure.reached().isEmpty());
            })
        .extracting(Figure::name)
        .contains(
            "TTFT overhead, sequential, p50",
            "TTFT overhead, sequential, p95",
            "TTFT overhead, 4 concurrent, p50",
            "TTFT overhead, 4 concurrent, p95",
            "turns at 4 concurrent",
            "stream opening, 4 concurrent, p95",
            "tool turn, p50",
            "tool turn, the first of a server",
            "durable events, 1 to an append",
            "durable events, 4 to an append",
            "start of the process to the first 200",
            "resident with 10 idle streams",
            "resident after the turns above",
            "log of 200 events: first page of 1,000, p50",
            "log of 200 events: last 20, p95",
            "log of 200 events: message to model, p50");
    assertThat(report.machine().cores()).isPositive();
    assertThat(report.machine().syncMillis()).isPositive();
    assertThat(report.table()).contains("TTFT overhead, sequential, p50", report.machine().cpu());
    assertThat(report.markdown()).startsWith("| figure | Drover | floor |").contains("|---|");
    assertThat(((Json.Obj) Json.parse(report.json())).items("figures"))
        .hasSameSizeAs(report.figures());
    assertThat(ProcessHandle.current().children().count()).isEqualTo(before);
  }

  @Test
  void aMeasureThatThereIsNotIsRefused() {
    assertThatThrownBy(() -> bench.run(List.of("speed"), true, OptionalInt.empty(), _ -> {}))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("no measure 'speed'; there are ttft, concurrent,");
  }

  @Test
  void aTargetIsReachedOrNot() {
    assertThat(figure(10, 5, new Target.FloorTimes(1.5)).verdict()).isEqualTo("short");
    assertThat(figure(7, 5, new Target.FloorPlus(2)).verdict()).isEqualTo("pass");
    assertThat(figure(2.4, 5, new Target.FloorShare(0.5)).verdict()).isEqualTo("short");
    assertThat(figure(2.5, 5, new Target.FloorShare(0.5)).verdict()).isEqualTo("pass");
    assertThat(figure(21, 5, new Target.AtMost(20)).verdict()).isEqualTo("short");
    assertThat(figure(21, 5, new Target.None()).verdict()).isEmpty();
  }

  @Test
  void percentilesAreValuesThatWereMeasured() {
    var samples = new Samples(List.of(5.0, 1.0, 4.0, 2.0, 3.0));
    assertThat(samples.median()).isEqualTo(3);
    assertThat(samples.percentile(95)).isEqualTo(5);
    assertThat(new Samples(List.of(7.0)).percentile(95)).isEqualTo(7);
  }

  private static Figure figure(double value, double floor, Target target) {
    return Figure.of("measure", "name", "ms", value, floor, target);
  }
}
