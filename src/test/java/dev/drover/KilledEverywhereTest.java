package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.testing.Audit;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Postgres;
import dev.drover.testing.ScriptedMessages;
import java.io.File;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A server dies at every boundary at which it can, each time in a process of its own, and another
/// one goes on: nothing that was acknowledged is lost or doubled, every call has one result, and
/// the log ends as if nothing had happened. The log is compared with that of a server that nobody
/// killed, but for ids, times and token counts: a model request that was made again is one request.
///
/// Without `-Dfaults=all` each operation is a fault of one store: the server dies before it or
/// after it, in its first passage or in its last one. Each store takes one of the second deaths.
@Tag("proof")
@Timeout(600)
@Execution(ExecutionMode.CONCURRENT)
@Tag("database")
@Tag("sandbox")
final class KilledEverywhereTest {
  /// Side by side.
  private static final int LANES = 2;

  /// A command that is under way is what is hardest to take over: the second death comes while that
  /// is done.
  private static final String HARDEST = "execute:amid:1";

  /// A busy machine does not have a node taken for dead that nobody kills.
  private static final Map<String, String> UNDISTURBED = Map.of("DROVER_NODES_LAPSE_MS", "60000");

  private static final List<String> SECOND_DEATHS =
      List.of(
          "takeover:after:1",
          "attach:before:1",
          "attach:after:1",
          "execute:before:1",
          "execute:after:1",
          "execute:after:2",
          "emit:before:1",
          "emit:after:1",
          "emit:before:2",
          "emit:after:2");

  @TempDir Path directory;

  /// Where a store is.
  private interface Place extends AutoCloseable {
    Map<String, String> environment();

    Connection connect() throws SQLException;

    @Override
    void close();
  }

  private interface Places {
    Place in(Path data);
  }

  private static Place sqlite(Path data) {
    return new Place() {
      @Override
      public Map<String, String> environment() {
        return Map.of();
      }

      @Override
      public Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + data.resolve("drover.db"));
      }

      @Override
      public void close() {}
    };
  }

  private static Place postgres() {
    var database = Postgres.database();
    return new Place() {
      @Override
      public Map<String, String> environment() {
        return Map.of("DROVER_DATABASE_URL", database.url());
      }

      @Override
      public Connection connect() throws SQLException {
        return database.connect();
      }

      @Override
      public void close() {
        database.close();
      }
    };
  }

  @Test
  void onSqlite() throws Exception {
    killEverywhere("SQLite", 0, KilledEverywhereTest::sqlite);
  }

  @Test
  void onPostgres() throws Exception {
    killEverywhere("PostgreSQL", 1, _ -> postgres());
  }

  /// @param part which part of a sample: 0 or 1
  private void killEverywhere(String store, int part, Places places) throws Exception {
    long start = System.nanoTime();
    List<String> whole;
    List<List<String>> faults;
    try (var lane = new Lane("whole", places, UNDISTURBED)) {
      lane.lane.prepare();
      whole = FaultScenario.normalised(lane.lane.play().events());
      faults = faults(part, lane.lane.boundaries());
    }
    var sum = new Tally();
    try (var scope = new Scope()) {
      var lanes = new ArrayList<Scope.Task<Tally>>();
      for (int i = 0; i < LANES; i++) {
        int number = i;
        var mine = new ArrayList<List<String>>();
        for (int at = number; at < faults.size(); at += LANES) {
          mine.add(faults.get(at));
        }
        lanes.add(scope.fork(() -> run("lane" + number, places, mine, whole)));
      }
      for (var lane : lanes) {
        sum.add(lane.join());
      }
    }
    System.out.printf(
        "killed everywhere, %s: %d boundaries, %s, %d s%n",
        store, faults.size(), sum, (System.nanoTime() - start) / 1_000_000_000);
    assertThat(sum.troubles).isEmpty();
    assertThat(sum.acknowledged).isEqualTo(5L * faults.size());
  }

  /// The boundaries, then the double deaths.
  private static List<List<String>> faults(int part, List<String> boundaries) {
    var faults = new ArrayList<List<String>>();
    var last = new ArrayList<List<String>>();
    int number = 0;
    for (var operation : FaultSample.of(operations(boundaries), part, 2)) {
      var place = operation.get(number++ % operation.size());
      var sample = List.of(part == 0 ? place.getFirst() : place.getLast());
      var all = operation.stream().flatMap(List::stream).toList();
      for (var passage : FaultSample.ALL ? all : sample) {
        // A session whose making was not acknowledged goes on beside its successor: such come last.
        (passage.startsWith("create") ? last : faults).add(List.of(passage));
      }
    }
    for (var second : FaultSample.of(SECOND_DEATHS, 5 * part, 10)) {
      faults.add(List.of(HARDEST, second));
    }
    faults.addAll(last);
    return faults;
  }

  /// The operations, the places of each one, and the passages of each place. All appends are one
  /// operation, and so are all calls of a model: `emit` has the places `before` and `after`.
  private static List<List<List<String>>> operations(List<String> boundaries) {
    var operations = new TreeMap<String, Map<String, List<String>>>();
    for (var boundary : boundaries) {
      var parts = boundary.split(":", -1);
      operations
          .computeIfAbsent(parts[0].split("/", -1)[0], _ -> new TreeMap<>())
          .computeIfAbsent(parts[1], _ -> new ArrayList<>())
          .add(boundary);
    }
    return operations.values().stream().map(places -> List.copyOf(places.values())).toList();
  }

  private Tally run(String name, Places places, List<List<String>> faults, List<String> whole)
      throws Exception {
    var tally = new Tally();
    try (var lane = new Lane(name, places, Map.of())) {
      lane.lane.prepare();
      for (var fault : faults) {
        try {
          tally.look(fault, lane.lane.play(fault.toArray(String[]::new)), whole);
        } catch (FaultLane.Stuck e) {
          tally.stuck++;
          tally.troubles.add(fault + " stuck: " + e.getMessage());
        }
      }
      lane.lane.close();
      try (var connection = lane.place.connect()) {
        Audit.of(connection).forEach(finding -> tally.troubles.add(finding.toString()));
      }
    }
    return tally;
  }

  private final class Lane implements AutoCloseable {
    final ScriptedMessages model = ScriptedMessages.start();
    final Place place;
    final FaultLane lane;

    Lane(String name, Places places, Map<String, String> settings) throws Exception {
      var data = directory.resolve(name + System.nanoTime());
      place = places.in(data);
      model.otherwise(FaultScenario::reply);
      var log = new File(directory.toFile(), name + ".log");
      var environment = new HashMap<>(settings);
      environment.putAll(place.environment());
      lane = new FaultLane(data, log, environment, model);
    }

    @Override
    public void close() {
      lane.close();
      model.close();
      place.close();
    }
  }

  /// What came of it.
  private static final class Tally {
    final List<String> troubles = new ArrayList<>();
    long acknowledged;
    long deaths;
    long lost;
    long doubled;
    long withoutResult;
    long twoResults;
    long stuck;

    void add(Tally other) {
      troubles.addAll(other.troubles);
      acknowledged += other.acknowledged;
      deaths += other.deaths;
      lost += other.lost;
      doubled += other.doubled;
      withoutResult += other.withoutResult;
      twoResults += other.twoResults;
      stuck += other.stuck;
    }

    void look(List<String> fault, FaultLane.Run run, List<String> whole) {
      int before = troubles.size();
      deaths += run.deaths();
      if (run.deaths() != fault.size()) {
        troubles.add("died " + run.deaths() + " times");
      }
      count(run);
      if (!run.file().equals("line\n")) {
        troubles.add("the command ran so: " + run.file());
      }
      var mine = FaultScenario.normalised(run.events());
      if (!mine.equals(whole)) {
        troubles.add(
            "the log differs:\n  "
                + String.join("\n  ", mine)
                + "\nfrom\n  "
                + String.join("\n  ", whole));
      }
      for (int i = before; i < troubles.size(); i++) {
        troubles.set(i, fault + " " + run.session() + " " + troubles.get(i));
      }
    }

    private void count(FaultLane.Run run) {
      var ids = run.events().stream().map(event -> event.text("id")).toList();
      acknowledged += run.acknowledged().size();
      for (var id : run.acknowledged()) {
        int times = Collections.frequency(ids, id);
        lost += times == 0 ? 1 : 0;
        doubled += times > 1 ? 1 : 0;
      }
      for (var type : List.of("user.message", "user.interrupt")) {
        doubled +=
            FaultScenario.ofType(run.events(), type).size() - (type.equals("user.message") ? 3 : 1);
      }
      var results = new HashMap<String, Integer>();
      for (var event : run.events()) {
        for (var name : List.of("tool_use_id", "custom_tool_use_id")) {
          var use = event.text(name);
          if (use != null && DroverClient.type(event).endsWith("_result")) {
            results.merge(use, 1, Integer::sum);
          }
        }
      }
      for (Json.Obj event : run.events()) {
        if (DroverClient.type(event).endsWith("tool_use")) {
          int times = results.getOrDefault(event.text("id"), 0);
          withoutResult += times == 0 ? 1 : 0;
          twoResults += times > 1 ? 1 : 0;
        }
      }
      if (lost + doubled + withoutResult + twoResults > 0) {
        troubles.add(this.toString());
      }
    }

    @Override
    public String toString() {
      return "%d deaths, %d acknowledged, %d lost, %d doubled, %d without result, %d two results, %d stuck"
          .formatted(deaths, acknowledged, lost, doubled, withoutResult, twoResults, stuck);
    }
  }
}
