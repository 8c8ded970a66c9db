package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The measure of resident memory: with idle streams on a server that has just started, and after
/// the turns of the other measures.
final class MemoryMeasure {
  private static final Target TARGET = new Target.AtMost(200);
  private static final Target AFTER_TURNS = new Target.AtMost(250);

  /// The number of threads that open the streams.
  private static final int CLIENTS = 8;

  private static final Target MANY = new Target.AtMost(450);

  private MemoryMeasure() {}

  private record Held(double before, double with) {}

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var figures = new ArrayList<>(idle(run, "idle", run.size().streams(), TARGET));
    figures.addAll(idle(run, "idle-many", run.size().manyStreams(), MANY));
    var pair = run.pairInUse();
    if (pair.isPresent()) {
      figures.add(
          Figure.of(
              "memory",
              "resident after the turns above",
              "MB",
              pair.get().drover().child().residentMegabytes(),
              pair.get().floor().child().residentMegabytes(),
              AFTER_TURNS));
    }
    return figures;
  }

  private static List<Figure> idle(Run run, String name, int streams, Target target)
      throws IOException, InterruptedException {
    var floor = held(run.keep(Subject.floor(run.directory(name + "-floor"), run.model())), streams);
    var drover = held(run.drover(name), streams);
    return List.of(
        Figure.of(
            "memory",
            String.format(Locale.ROOT, "resident with %,d idle streams", streams),
            "MB",
            drover.with(),
            floor.with(),
            target),
        Figure.of(
            "memory",
            "of this for each session and stream",
            "kB",
            each(drover, streams),
            each(floor, streams),
            new Target.None()));
  }

  private static double each(Held held, int streams) {
    return Math.max(0.1, (held.with() - held.before()) * 1_024 / streams);
  }

  private static Held held(Subject subject, int streams) throws IOException, InterruptedException {
    var open = new ConcurrentLinkedQueue<Wire>();
    try (subject) {
      double before = subject.child().residentMegabytes();
      ClientThreads.of(
          Collections.nCopies(CLIENTS, subject),
          server -> {
            while (open.size() + CLIENTS <= streams) {
              open.add(BenchClient.stream(server, server.session()));
            }
            return open.size();
          });
      while (open.size() < streams) {
        open.add(BenchClient.stream(subject, subject.session()));
      }
      return new Held(before, subject.child().residentMegabytes());
    } finally {
      open.forEach(Wire::close);
    }
  }
}
