package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The measure of failover: two servers share one database, and one of them is killed while its
/// turns wait for the model. The time is measured until a client of the other server sees each turn
/// continue. A node counts as dead only after the lapse, so the lapse is the floor.
final class FailoverMeasure {
  /// A node checks for dead nodes five times in a lapse; the rest is the time of the turn.
  private static final double LOOK = 0.2;

  private static final double TURN_MILLIS = 500;

  private FailoverMeasure() {}

  private record Heard(String session, Wire stream) {}

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var database = run.database();
    if (database.isEmpty()) {
      return List.of();
    }
    var millis = new ArrayList<Double>();
    var dying = run.drover("failover", database.get());
    try (var other = run.keep(dying.again(run.directory("failover-other")))) {
      for (int i = 0; i < run.size().kills(); i++) {
        var streams = new ArrayList<Heard>();
        for (var session : KilledSessions.atWork(dying, run)) {
          streams.add(new Heard(session, BenchClient.stream(other, session)));
        }
        long killed = System.nanoTime();
        dying.child().kill();
        millis.addAll(
            ClientThreads.of(
                    streams,
                    heard -> {
                      try (var stream = heard.stream()) {
                        return KilledSessions.goesOn(other, heard.session(), stream, killed);
                      }
                    })
                .results());
        dying = run.keep(dying.again(run.directory("failover")));
      }
    }
    dying.close();
    double lapse = run.size().lapse().toMillis();
    var samples = new Samples(millis);
    return TurnMeasures.compared(
        "failover",
        "turn goes on at another node after a kill",
        samples,
        new Samples(List.of(lapse)),
        new Target.None(),
        new Target.FloorPlus(lapse * LOOK + TURN_MILLIS));
  }
}
