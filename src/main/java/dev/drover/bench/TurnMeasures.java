package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The measures of text turns: the time that a server adds to the model's time to the first words,
/// and the number of turns per second.
final class TurnMeasures {
  private TurnMeasures() {}

  /// Runs one session at a time.
  static List<Figure> alone(Run run) throws IOException, InterruptedException {
    var size = run.size();
    var both =
        run.pair()
            .inTurns(10 * size.warmUps(), 5 * size.rounds(), subject -> overheads(run, subject));
    return compared(
        "ttft",
        "TTFT overhead, sequential",
        Samples.of(both.drover()),
        Samples.of(both.floor()),
        new Target.FloorPlus(2),
        new Target.FloorPlus(8));
  }

  private static List<Double> overheads(Run run, Subject subject) throws IOException {
    try (var client = BenchClient.open(subject, subject.session())) {
      return overheads(run, client);
    }
  }

  private static List<Double> overheads(Run run, BenchClient client) throws IOException {
    var overheads = new ArrayList<Double>();
    for (int i = 0; i < run.size().turns(); i++) {
      overheads.add(client.turn("text").overheadMillis(run.model()));
    }
    return overheads;
  }

  /// Runs many sessions at the same time. Each sends its next message as soon as its last turn has
  /// ended.
  static List<Figure> together(Run run) throws IOException, InterruptedException {
    var size = run.size();
    var both = run.pair().inTurns(size.warmUps(), size.rounds(), subject -> crowd(run, subject));
    var sessions = size.concurrent() + " concurrent";
    var figures =
        new ArrayList<>(
            compared(
                "concurrent",
                "TTFT overhead, " + sessions,
                overheads(both.drover()),
                overheads(both.floor()),
                new Target.FloorTimes(1.5),
                new Target.FloorTimes(2)));
    figures.add(
        Figure.of(
            "concurrent",
            "turns at " + sessions,
            "/s",
            rate(run, both.drover()),
            rate(run, both.floor()),
            new Target.FloorShare(0.5)));
    return figures;
  }

  private static ClientThreads.Outcome<List<Double>> crowd(Run run, Subject subject)
      throws IOException, InterruptedException {
    var talks = subject.talks(run.size().concurrent());
    try {
      return ClientThreads.of(talks, client -> overheads(run, client));
    } finally {
      talks.forEach(BenchClient::close);
    }
  }

  private static Samples overheads(List<ClientThreads.Outcome<List<Double>>> rounds) {
    return Samples.of(
        rounds.stream().map(ClientThreads.Outcome::results).flatMap(Collection::stream).toList());
  }

  private static double rate(Run run, List<ClientThreads.Outcome<List<Double>>> rounds) {
    double turns = run.size().concurrent() * run.size().turns();
    return new Samples(rounds.stream().map(round -> turns / round.seconds()).toList()).median();
  }

  /// The median and the 95th percentile, each with its floor.
  static List<Figure> compared(
      String measure, String name, Samples drover, Samples floor, Target p50, Target p95) {
    return List.of(
        Figure.of(measure, name + ", p50", "ms", drover.median(), floor.median(), p50),
        Figure.of(measure, name + ", p95", "ms", drover.percentile(95), floor.percentile(95), p95));
  }
}
