package dev.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.hands.Egress;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.bwrap.BwrapEngine;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.MemoryMounts;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.store.postgres.PostgresStore;
import dev.drover.store.postgres.ScratchSchema;
import dev.drover.store.sqlite.BareTable;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.testing.Postgres;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The whole bench at its smallest: whether it measures, not what.
@Timeout(600)
@Tag("database")
@Tag("sandbox")
@Order(1)
final class BenchTest {
  private final Ids ids = new Ids(new SecureRandom());
  private final Bench bench =
      new Bench(this::open, BenchTest::bareTable, this::sandboxes, Optional.empty(), ids);

  private Store open(Path file) throws IOException {
    try {
      return SqliteStore.open(file, new Feed(), ids, InstantSource.system());
    } catch (StoreUnusable e) {
      throw new IOException(e);
    }
  }

  private static Bench.BareRows bareTable(Path file) throws IOException {
    var table = BareTable.open(file);
    return new Bench.BareRows() {
      @Override
      public void insert(long session, long position, String json) throws IOException {
        table.insert(session, position, json);
      }

      @Override
      public void commit() throws IOException {
        table.commit();
      }

      @Override
      public void close() throws IOException {
        table.close();
      }
    };
  }

  private Sandboxes sandboxes(Path data) throws IOException, InterruptedException {
    return new LocalSandboxes(
        data,
        SandboxSettings.DEFAULT,
        BwrapEngine::new,
        MemoryMounts.NONE,
        Egress.NONE,
        ids,
        Pause.REAL,
        InstantSource.system());
  }

  /// A schema of the tests' database.
  private record Scratch(ScratchSchema schema, Ids ids) implements Bench.Database {
    @Override
    public String url() {
      return schema.url().reveal();
    }

    @Override
    public Store open() throws IOException {
      try {
        return PostgresStore.open(
            schema.url(), Duration.ofSeconds(5), new Feed(), ids, InstantSource.system());
      } catch (StoreUnusable e) {
        throw new IOException(e);
      }
    }

    @Override
    public void close() {
      schema.close();
    }
  }

  private Bench over(Postgres.Database database) {
    return new Bench(
        this::open,
        BenchTest::bareTable,
        this::sandboxes,
        Optional.of(
            () -> {
              try {
                var name = ids.next("bench_").toLowerCase(Locale.ROOT);
                return new Scratch(ScratchSchema.make(new Secret(database.url()), name), ids);
              } catch (StoreUnusable e) {
                throw new IOException(e);
              }
            }),
        ids);
  }

  @Test
  @Tag("soak")
  void figuresOfPostgresAreThereAndNothingIsLeftInIt() throws Exception {
    try (var database = Postgres.database();
        var connection = database.connect();
        var statement = connection.createStatement()) {
      var measures = List.of("append", "recovery", "failover", "nodes");
      var report = over(database).run(measures, Size.SMALLEST, _ -> {});
      assertThat(report.figures())
          .allSatisfy(figure -> assertThat(figure.value()).isFinite().isPositive())
          .extracting(Figure::name)
          .contains(
              "durable events, 1 to an append, PostgreSQL",
              "durable events, 4 to an append, PostgreSQL",
              "turn goes on after a kill and a start, p95",
              "turn goes on after a kill and a start, PostgreSQL, p50",
              "turn goes on after a kill and a start, PostgreSQL, p95",
              "turn goes on at another node after a kill, p50",
              "turn goes on at another node after a kill, p95",
              "turns at 4 concurrent, PostgreSQL, one node",
              "turns at 4 concurrent, PostgreSQL, three nodes");
      assertThat(report.leftOut()).isEmpty();
      try (var row =
          statement.executeQuery("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bench%'")) {
        assertThat(row.next()).isFalse();
      }
    }
  }

  @Test
  void everyFigureIsThereAndSane() throws Exception {
    var told = new ArrayList<String>();
    var report = bench.run(List.of(), Size.SMALLEST, told::add);
    assertThat(told)
        .containsExactly(
            "ttft",
            "concurrent",
            "counts",
            "streams",
            "tools",
            "append",
            "start",
            "memory",
            "long-log",
            "recovery",
            "failover",
            "nodes",
            "egress",
            "context");
    assertThat(report.leftOut()).singleElement().asString().contains("DROVER_BENCH_DATABASE_URL");
    assertThat(report.table()).contains(report.leftOut().getFirst());
    assertThat(report.figures())
        .allSatisfy(
            figure -> {
              assertThat(figure.value()).isFinite().isNotNegative();
              figure.floor().ifPresent(floor -> assertThat(floor).isFinite().isNotNegative());
              if (!mayBeNothing(figure)) {
                assertThat(figure.value()).isPositive();
                figure.floor().ifPresent(floor -> assertThat(floor).isPositive());
              }
              assertThat(figure.target() instanceof Target.None)
                  .isEqualTo(figure.reached().isEmpty());
            })
        .extracting(Figure::name)
        .contains(
            "TTFT overhead, sequential, p50",
            "TTFT overhead, sequential, p95",
            "processor time of a turn, sequential",
            "processor time of a turn, 4 concurrent",
            "a turn: SQL statements",
            "a turn: commits",
            "a turn: allocated",
            "TTFT overhead, 4 concurrent, p50",
            "TTFT overhead, 4 concurrent, p95",
            "turns at 4 concurrent",
            "stream opening, 4 concurrent, p95",
            "tool turn, p50",
            "tool turn, the first of a server",
            "new sandbox, p50",
            "call of true, p50",
            "call of echo hi, p95",
            "call of ls, p50",
            "durable events, 1 to an append",
            "durable events, 4 to an append",
            "durable events, 4 to an append, and a bare table",
            "start of the process to the first 200",
            "resident with 10 idle streams",
            "resident with 20 idle streams",
            "resident after the turns above",
            "log of 200 events: first page of 1,000, p50",
            "log of 200 events: last 20, p95",
            "log of 200 events: message to model, p50",
            "turn goes on after a kill and a start, p50",
            "turn goes on after a kill and a start, p95",
            "download of 1 MB, http",
            "download of 1 MB, https, tunnelled",
            "download of 1 MB, https, intercepted",
            "clone of 1 MB",
            "context of 200,000, rolling: cost",
            "context of 32,000, clearing: facts in context, of 4");
    assertThat(report.figures())
        .filteredOn(figure -> figure.name().equals("connections at the same time without an error"))
        .singleElement()
        .satisfies(figure -> assertThat(figure.verdict()).isEqualTo("pass"));
    assertThat(report.machine().cores()).isPositive();
    assertThat(report.machine().syncMillis()).isPositive();
    assertThat(report.table()).contains("TTFT overhead, sequential, p50", report.machine().cpu());
    assertThat(report.markdown()).startsWith("| figure | Drover | floor |").contains("|---|");
    assertThat(((Json.Obj) Json.parse(report.json())).items("figures"))
        .hasSameSizeAs(report.figures());
    assertThat(ProcessHandle.current().descendants())
        .as("processes of the bench that are left")
        .noneMatch(process -> process.info().commandLine().orElse("").contains("drover-bench"));
  }

  /// A way of shortening contexts may keep no fact, a warm server reads nothing again, and the
  /// compilers may have nothing to do.
  private static boolean mayBeNothing(Figure figure) {
    return List.of("context", "counts").contains(figure.measure())
        || figure.name().startsWith("and of the compilers");
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
    assertThat(figure(399, 5, new Target.AtLeast(400)).verdict()).isEqualTo("short");
    assertThat(figure(400, 5, new Target.AtLeast(400)).verdict()).isEqualTo("pass");
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
