package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The measure of the start: from the start of the process to its first response with 200, with an
/// existing data directory.
final class StartMeasure {
  private StartMeasure() {}

  static List<Figure> take(Run run) throws IOException {
    var data = run.directory("start");
    run.keep(Subject.serve(data, run.model())).close();
    var ours = new ArrayList<Double>();
    var floor = new ArrayList<Double>();
    for (int i = 0; i < run.size().starts(); i++) {
      try (var below = run.keep(Subject.startFloor(data, run.model()));
          var drover = run.keep(Subject.serve(data, run.model()))) {
        floor.add(below.startMillis());
        ours.add(drover.startMillis());
      }
    }
    return List.of(
        Figure.of(
            "start",
            "start of the process to the first 200",
            "ms",
            new Samples(ours).median(),
            new Samples(floor).median(),
            new Target.AtMost(800)));
  }
}
