package dev.drover.bench;

import dev.drover.bench.context.ContextComparison;
import dev.drover.bench.context.ContextFigures;
import dev.drover.bench.context.ScriptedSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The measure of a session that is longer than the context of its model: what it costs at list
/// price, how much of the prompts comes from the cache, and how many of the facts from its first
/// tenth the model still has at its end. The sessions are scripted and the model server is
/// simulated, so the figures do not depend on the machine; the harness and the store are real.
final class ContextMeasure {
  private static final String NAME = "context";
  private static final long SEED = 1;
  private static final int LARGE = 200_000;
  private static final int SMALL = 32_000;

  private ContextMeasure() {}

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    int turns = run.size().contextTurns();
    var figures = new ArrayList<Figure>();
    try (var store = run.stores().open(run.directory("context.db"))) {
      var comparison = new ContextComparison(store.sessions(), store.eventLog(), run.ids());
      for (int context : List.of(LARGE, SMALL)) {
        var size = context == LARGE ? ScriptedSession.Size.LONG : ScriptedSession.Size.LOCAL;
        boolean whole = turns >= size.turns();
        var script = new ScriptedSession(SEED, size.cut(turns));
        var all = comparison.run(script, context);
        double full = all.getFirst().dollars();
        for (var one : all) {
          figures.addAll(figures(one, context, full, whole));
        }
      }
    }
    return figures;
  }

  /// @param full the cost of the full history
  /// @param whole whether the session is long enough for the targets
  private static List<Figure> figures(ContextFigures one, int context, double full, boolean whole) {
    var name =
        one.way().equals("full")
            ? String.format(Locale.ROOT, "session for %,d, full history", context)
            : String.format(Locale.ROOT, "context of %,d, %s", context, one.way());
    boolean judged = whole && one.retrievable() == one.facts() && !one.way().equals("full");
    return List.of(
        Figure.of(
            NAME,
            name + ": cost",
            "$",
            one.dollars(),
            full,
            judged ? new Target.FloorTimes(0.20) : new Target.None()),
        Figure.of(
            NAME,
            name + ": read from the cache",
            "%",
            100 * one.cached(),
            judged ? new Target.AtLeast(context == LARGE ? 95 : 90) : new Target.None()),
        Figure.of(
            NAME,
            name + ": facts in context, of " + one.facts(),
            "",
            one.inContext(),
            judged ? new Target.AtLeast(10) : new Target.None()),
        Figure.of(
            NAME,
            name + ": facts retrievable, of " + one.facts(),
            "",
            one.retrievable(),
            judged ? new Target.AtLeast(one.facts()) : new Target.None()));
  }
}
