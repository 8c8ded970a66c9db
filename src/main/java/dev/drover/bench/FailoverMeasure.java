package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One of two servers over one database is killed while the model thinks: how long until a client
/// that listens at the other sees each of its turns go on. Nobody can tell a dead node from a
/// silent one before it has lapsed: that is the floor.
final class FailoverMeasure {
  /// A node looks for the dead five times in a lapse; the turn takes the rest.
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
