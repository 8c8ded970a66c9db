package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The measure of text turns on one, two and three servers that share one database, with the same
/// number of active sessions. All servers run on this machine, so this measures the cost of several
/// nodes. Their gain can only be measured on several machines.
final class NodesMeasure {
  private static final List<String> NAMES = List.of("one node", "two nodes", "three nodes");

  private NodesMeasure() {}

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var database = run.database();
    if (database.isEmpty()) {
      return List.of();
    }
    var nodes = new ArrayList<Subject>();
    nodes.add(run.drover("node-1", database.get()));
    nodes.add(run.keep(nodes.getFirst().again(run.directory("node-2"))));
    nodes.add(run.keep(nodes.getFirst().again(run.directory("node-3"))));
    var floor = run.floor("node-floor", nodes.getFirst());
    var below = new ArrayList<Double>();
    var rates = NAMES.stream().map(_ -> new ArrayList<Double>()).toList();
    var size = run.size();
    for (int i = -size.warmUps() / 3; i < size.rounds() / 2 + 1; i++) {
      double limit = rate(run, List.of(floor));
      for (int count = 1; count <= nodes.size(); count++) {
        double rate = rate(run, nodes.subList(0, count));
        if (i >= 0) {
          rates.get(count - 1).add(rate);
        }
      }
      if (i >= 0) {
        below.add(limit);
      }
    }
    nodes.forEach(Subject::close);
    floor.close();
    var figures = new ArrayList<Figure>();
    for (int i = 0; i < NAMES.size(); i++) {
      figures.add(
          Figure.of(
              "nodes",
              "turns at " + size.concurrent() + " concurrent, PostgreSQL, " + NAMES.get(i),
              "/s",
              new Samples(rates.get(i)).median(),
              new Samples(below).median(),
              new Target.None()));
    }
    return figures;
  }

  /// The turns per second, with the sessions distributed evenly over the nodes.
  private static double rate(Run run, List<Subject> nodes)
      throws IOException, InterruptedException {
    var talks = new ArrayList<BenchClient>();
    try {
      for (int i = 0; i < run.size().concurrent(); i++) {
        talks.addAll(nodes.get(i % nodes.size()).talks(1));
      }
      var outcome =
          ClientThreads.of(
              talks,
              client -> {
                int done = 0;
                while (done < run.size().turns()) {
                  run.model().take(client.turn("text").key());
                  done++;
                }
                return done;
              });
      return outcome.results().stream().mapToInt(done -> done).sum() / outcome.seconds();
    } finally {
      talks.forEach(BenchClient::close);
    }
  }
}
