package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// The measure of opening many streams at once: from the connection to the first bytes.
final class StreamMeasure {
  private StreamMeasure() {}

  private record Opened(Wire wire, double millis) {}

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var size = run.size();
    var sessions = new HashMap<Subject, List<String>>();
    for (var subject : List.of(run.pair().floor(), run.pair().drover())) {
      var some = new ArrayList<String>();
      for (int i = 0; i < size.concurrent(); i++) {
        some.add(subject.session());
      }
      sessions.put(subject, some);
    }
    var both =
        run.pair()
            .inTurns(
                2 * size.warmUps(),
                2 * size.rounds(),
                subject -> openings(subject, sessions.getOrDefault(subject, List.of())));
    return TurnMeasures.compared(
        "streams",
        "stream opening, " + size.concurrent() + " concurrent",
        Samples.of(both.drover()),
        Samples.of(both.floor()),
        new Target.None(),
        new Target.FloorTimes(1.5));
  }

  private static List<Double> openings(Subject subject, List<String> sessions)
      throws IOException, InterruptedException {
    var opened =
        ClientThreads.of(
                sessions,
                session -> {
                  long start = System.nanoTime();
                  var wire = BenchClient.stream(subject, session);
                  return new Opened(wire, (System.nanoTime() - start) / 1e6);
                })
            .results();
    opened.forEach(each -> each.wire().close());
    return opened.stream().map(Opened::millis).toList();
  }
}
