package dev.drover.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a server does for one text turn, in counts, which depend neither on the speed of the
/// machine nor on its other load. Most of them are in the server's metrics.
///
/// @param each the counts by their names; those that the server does not report are missing
record TurnCounts(Map<String, Double> each) {
  static final String STATEMENTS = "SQL statements";
  static final String COMMITS = "commits";
  static final String EVENTS_READ = "events read again";
  static final String ALLOCATED = "allocated";
  static final String CALLS = "read and write calls";

  private static final Map<String, String> METRICS =
      Map.of(
          STATEMENTS, "drover_store_statements_total",
          COMMITS, "drover_store_commits_total",
          EVENTS_READ, "drover_events_read_total",
          ALLOCATED, "jvm_memory_allocated_bytes_total");

  /// The counts that a Drover server reports, in the order of reports.
  static final List<String> NAMES = List.of(STATEMENTS, COMMITS, EVENTS_READ, ALLOCATED, CALLS);

  /// Counts the turns of one session after another. What a server does of its own from time to time
  /// is in some of the sessions only, so the least of all sessions counts.
  ///
  /// @param sessions the number of sessions, one after the other
  /// @param turns the number of turns of each, after a first one that does not count
  static TurnCounts measure(Run run, Subject subject, int sessions, int turns) throws IOException {
    var least = new LinkedHashMap<String, Double>();
    for (int i = 0; i < sessions; i++) {
      try (var client = BenchClient.open(subject, subject.session())) {
        run.model().take(client.turn("text").key());
        var before = now(subject);
        for (int j = 0; j < turns; j++) {
          run.model().take(client.turn("text").key());
        }
        now(subject)
            .forEach(
                (name, count) ->
                    least.merge(name, (count - before.getOrDefault(name, 0.0)) / turns, Math::min));
      }
    }
    return new TurnCounts(least);
  }

  private static Map<String, Double> now(Subject subject) throws IOException {
    var counts = new LinkedHashMap<String, Double>();
    calls(subject.child()).forEach(calls -> counts.put(CALLS, calls));
    if (!subject.isFloor()) {
      var text = new String(Http.get(subject.url(), "/metrics"), StandardCharsets.UTF_8);
      for (var metric : METRICS.entrySet()) {
        counts.put(metric.getKey(), metric(text, metric.getValue()));
      }
    }
    return counts;
  }

  private static double metric(String text, String name) throws IOException {
    return text.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new IOException("a server does not report " + name));
  }

  /// The calls of `read`, `write` and the like, of files and sockets; empty if the system does not
  /// report them.
  private static List<Double> calls(Child child) throws IOException {
    var file = Path.of("/proc/" + child.pid() + "/io");
    if (!Files.isReadable(file)) {
      return List.of();
    }
    double calls = 0;
    for (var line : Files.readAllLines(file)) {
      if (line.startsWith("syscr:") || line.startsWith("syscw:")) {
        calls += Double.parseDouble(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    return List.of(calls);
  }

  /// The measure of the counts.
  static List<Figure> take(Run run) throws IOException {
    int sessions = Math.max(2, run.size().rounds());
    var drover = measure(run, run.pair().drover(), sessions, run.size().turns());
    var floor = measure(run, run.pair().floor(), sessions, run.size().turns());
    var figures = new ArrayList<Figure>();
    for (var name : NAMES) {
      if (drover.each.containsKey(name)) {
        figures.add(figure(name, drover, floor));
      }
    }
    return figures;
  }

  private static Figure figure(String name, TurnCounts drover, TurnCounts floor) {
    boolean bytes = name.equals(ALLOCATED);
    double value = drover.each.getOrDefault(name, 0.0) / (bytes ? 1_024 : 1);
    var text = "a turn: " + name;
    var unit = bytes ? "kB" : "";
    var below = floor.each.get(name);
    return below == null
        ? Figure.of("counts", text, unit, value, new Target.None())
        : Figure.of("counts", text, unit, value, below, new Target.None());
  }
}
