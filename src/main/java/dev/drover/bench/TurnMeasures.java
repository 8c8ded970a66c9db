package dev.drover.bench;

import dev.drover.bench.ProcessorTime.Spent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The measures of text turns: the time that a server adds to the model's time to the first words,
/// the number of turns per second, and the processor time of a turn.
final class TurnMeasures {
  private TurnMeasures() {}

  /// A round on one server.
  ///
  /// @param spent the processor time of the server in the turns
  private record Round(List<Double> overheads, double seconds, Spent spent) {}

  private interface Turns<T> {
    T run() throws IOException, InterruptedException;
  }

  /// Runs one session at a time.
  static List<Figure> alone(Run run) throws IOException, InterruptedException {
    var size = run.size();
    var both =
        run.pair().inTurns(10 * size.warmUps(), 5 * size.rounds(), subject -> one(run, subject));
    var figures =
        new ArrayList<>(
            compared(
                "ttft",
                "TTFT overhead, sequential",
                overheads(both.drover()),
                overheads(both.floor()),
                new Target.FloorPlus(1.5),
                new Target.FloorPlus(8)));
    figures.addAll(processor("ttft", "sequential", both, size.turns()));
    return figures;
  }

  private static Round one(Run run, Subject subject) throws IOException, InterruptedException {
    try (var client = BenchClient.open(subject, subject.session())) {
      return round(
          subject,
          () -> {
            long start = System.nanoTime();
            var overheads = overheads(run, client);
            return new ClientThreads.Outcome<>(
                List.of(overheads), (System.nanoTime() - start) / 1e9);
          });
    }
  }

  private static Round round(Subject subject, Turns<ClientThreads.Outcome<List<Double>>> turns)
      throws IOException, InterruptedException {
    var before = ProcessorTime.of(subject.child().pid());
    var outcome = turns.run();
    var spent = ProcessorTime.of(subject.child().pid()).since(before);
    return new Round(
        outcome.results().stream().flatMap(Collection::stream).toList(), outcome.seconds(), spent);
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
    int turns = size.concurrent() * size.turns();
    var figures =
        new ArrayList<>(
            compared(
                "concurrent",
                "TTFT overhead, " + sessions,
                overheads(both.drover()),
                overheads(both.floor()),
                new Target.FloorTimes(2),
                new Target.FloorTimes(2)));
    figures.add(
        Figure.of(
            "concurrent",
            "turns at " + sessions,
            "/s",
            rate(turns, both.drover()),
            rate(turns, both.floor()),
            new Target.FloorShare(0.4)));
    figures.addAll(processor("concurrent", sessions, both, turns));
    return figures;
  }

  private static Round crowd(Run run, Subject subject) throws IOException, InterruptedException {
    var talks = subject.talks(run.size().concurrent());
    try {
      return round(subject, () -> ClientThreads.of(talks, client -> overheads(run, client)));
    } finally {
      talks.forEach(BenchClient::close);
    }
  }

  private static Samples overheads(List<Round> rounds) {
    return Samples.of(rounds.stream().map(Round::overheads).toList());
  }

  private static double rate(int turns, List<Round> rounds) {
    return new Samples(rounds.stream().map(round -> turns / round.seconds()).toList()).median();
  }

  /// The processor time of a turn, on average.
  ///
  /// @param turns of each round
  private static List<Figure> processor(
      String measure, String how, Run.Pair.Both<Round> both, int turns) {
    var drover = spent(both.drover());
    var floor = spent(both.floor());
    double drovers = 1e3 * turns * both.drover().size();
    double floors = 1e3 * turns * both.floor().size();
    return List.of(
        Figure.of(
            measure,
            "processor time of a turn, " + how,
            "µs",
            drover.own() / drovers,
            floor.own() / floors,
            new Target.None()),
        Figure.of(
            measure,
            "and of the compilers, " + how,
            "µs",
            drover.compilers() / drovers,
            floor.compilers() / floors,
            new Target.None()));
  }

  private static Spent spent(List<Round> rounds) {
    return rounds.stream().map(Round::spent).reduce(Spent.NOTHING, Spent::plus);
  }

  /// The median and the 95th percentile, each with its floor.
  static List<Figure> compared(
      String measure, String name, Samples drover, Samples floor, Target p50, Target p95) {
    return List.of(
        Figure.of(measure, name + ", p50", "ms", drover.median(), floor.median(), p50),
        Figure.of(measure, name + ", p95", "ms", drover.percentile(95), floor.percentile(95), p95));
  }
}
