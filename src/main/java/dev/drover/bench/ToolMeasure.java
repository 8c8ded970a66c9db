package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The measure of turns in which the model calls `bash` with `echo hi`. Such a turn has two model
/// requests, and uses a sandbox that the first call of the session provisions. Then sandboxes and
/// calls are measured without turns.
final class ToolMeasure {
  private ToolMeasure() {}

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var size = run.size();
    var drover = run.drover("tools");
    var cold = new ArrayList<Double>();
    var warm = new ArrayList<Double>();
    for (int i = 0; i < size.tools(); i++) {
      try (var client = BenchClient.open(drover, drover.session())) {
        cold.add(client.turn("tool").millis());
        for (int j = 0; j < size.turns(); j++) {
          warm.add(client.turn("tool").millis());
        }
      }
    }
    drover.close();
    if (run.model().toolFailed()) {
      throw new IOException("a command in a sandbox failed; run 'drover doctor' to find the cause");
    }
    double first = cold.getFirst();
    var all = new Samples(warm);
    var figures = new ArrayList<Figure>();
    figures.addAll(
        List.of(
            figure("p50", all.median(), new Target.AtMost(40)),
            figure("p95", all.percentile(95), new Target.None()),
            figure("with a new sandbox, p50", new Samples(cold).median(), new Target.AtMost(35)),
            figure("the first of a server", first, new Target.None())));
    figures.addAll(CallMeasure.take(run));
    return figures;
  }

  private static Figure figure(String which, double millis, Target target) {
    return Figure.of("tools", "tool turn, " + which, "ms", millis, target);
  }
}
