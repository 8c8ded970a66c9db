package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Resident memory: with idle streams on a server that has just started, and after the turns that
/// other measures made.
final class MemoryMeasure {
  private static final Target TARGET = new Target.AtMost(200);

  private MemoryMeasure() {}

  private record Held(double before, double with) {}

  static List<Figure> take(Run run) throws IOException {
    int streams = run.size().streams();
    var floor = held(run.keep(Subject.floor(run.directory("idle-floor"), run.model())), streams);
    var drover = held(run.drover("idle"), streams);
    var figures = new ArrayList<Figure>();
    figures.add(
        Figure.of(
            "memory",
            String.format(java.util.Locale.ROOT, "resident with %,d idle streams", streams),
            "MB",
            drover.with(),
            floor.with(),
            TARGET));
    figures.add(
        Figure.of(
            "memory",
            "of this for each session and stream",
            "kB",
            each(drover, streams),
            each(floor, streams),
            new Target.None()));
    var pair = run.pairInUse();
    if (pair.isPresent()) {
      figures.add(
          Figure.of(
              "memory",
              "resident after the turns above",
              "MB",
              pair.get().drover().child().residentMegabytes(),
              pair.get().floor().child().residentMegabytes(),
              TARGET));
    }
    return figures;
  }

  private static double each(Held held, int streams) {
    return Math.max(0.1, (held.with() - held.before()) * 1_024 / streams);
  }

  private static Held held(Subject subject, int streams) throws IOException {
    var open = new ArrayList<Wire>();
    try (subject) {
      double before = subject.child().residentMegabytes();
      for (int i = 0; i < streams; i++) {
        open.add(Talk.stream(subject, subject.session()));
      }
      return new Held(before, subject.child().residentMegabytes());
    } finally {
      open.forEach(Wire::close);
    }
  }
}
