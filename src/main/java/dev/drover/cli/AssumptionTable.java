package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/// The trials of the assumptions of a profile, as a table.
final class AssumptionTable {
  private static final String NOTHING = "-";

  /// The part of the replies by which two shares differ by more than chance explains.
  private static final double TELLING = 0.1;

  static final List<Column> COLUMNS =
      List.of(
          Column.of("ASSUMPTION", "name"),
          Column.of("WITH", "with"),
          Column.of("WITHOUT", "without"),
          Column.of("VERDICT", "verdict"),
          Column.of("WHY", "reason"));

  private AssumptionTable() {}

  static String heading(Json.Obj answer) {
    long context = answer.number("context_tokens", 0);
    return Sanitized.line(
        "%s with the profile %s, %s, %d requests"
            .formatted(
                answer.text("model"),
                answer.text("profile"),
                context == 0
                    ? "an unknown context"
                    : String.format(Locale.ROOT, "a context of %,d", context),
                answer.number("requests", 0)));
  }

  static List<Json.Obj> rows(Json.Obj answer) {
    var rows = new ArrayList<Json.Obj>();
    for (var item : answer.items("assumptions")) {
      if (item instanceof Json.Obj trial) {
        rows.add(row(trial));
      }
    }
    return rows;
  }

  private static Json.Obj row(Json.Obj trial) {
    var asked = trial.object("asked");
    boolean made = !"not_made".equals(trial.text("verdict"));
    return Json.obj(
        "name",
        trial.text("name"),
        "with",
        made ? side(trial.object("with"), asked.object("with")) : NOTHING,
        "without",
        side(trial.object("without"), asked.object("without")),
        "verdict",
        Column.text(trial, "verdict").replace('_', ' '),
        "reason",
        trial.text("reason"));
  }

  /// The cost and the number of chapters of a side, and how often the model did as recorded.
  private static String side(Json.Obj figures, Json.Obj asked) {
    if (figures.fields().isEmpty()) {
      return NOTHING;
    }
    int chapters = figures.items("chapters").size();
    return cost(figures)
        + ", "
        + chapters
        + (chapters == 1 ? " chapter" : " chapters")
        + (asked.text("as_recorded") == null ? "" : ", " + asked.text("as_recorded"));
  }

  private static String cost(Json.Obj figures) {
    if (figures.get("list_cost_usd").orElse(Json.NULL) instanceof Json.Num dollars) {
      return String.format(Locale.ROOT, "$%.2f", dollars.asDouble());
    }
    long tokens =
        figures.number("input_tokens", 0)
            + figures.number("cache_read_input_tokens", 0)
            + figures.number("cache_creation_input_tokens", 0);
    return String.format(Locale.ROOT, "%,d tokens", tokens);
  }

  /// A trial with the replies of a model, which may change its verdict.
  ///
  /// @param with the replies with all assumptions, as [ReplayTables#summary] takes them
  static Json.Obj asked(Json.Obj trial, List<Json.Obj> with, List<Json.Obj> without) {
    var said = trial.with("asked", Json.obj("with", side(with), "without", side(without)));
    if (compared(with) == 0 || compared(without) == 0) {
      return said;
    }
    boolean worse =
        share(with, AssumptionTable::isAsRecorded) - share(without, AssumptionTable::isAsRecorded)
                > TELLING
            || share(without, AssumptionTable::endsEarly) - share(with, AssumptionTable::endsEarly)
                > TELLING;
    var reason =
        "%s Without it %s replies are as recorded, with it %s; %s and %s end early."
            .formatted(
                trial.text("reason"),
                count(without, AssumptionTable::isAsRecorded),
                count(with, AssumptionTable::isAsRecorded),
                count(without, AssumptionTable::endsEarly),
                count(with, AssumptionTable::endsEarly));
    var verdict =
        worse
            ? "needed"
            : "in_doubt".equals(trial.text("verdict"))
                ? "looks_stale"
                : Column.text(trial, "verdict");
    return said.with("verdict", verdict).with("reason", reason);
  }

  private static Json.Obj side(List<Json.Obj> steps) {
    return Json.obj(
        "replies",
        steps.size(),
        "failed",
        steps.size() - compared(steps),
        "as_recorded",
        count(steps, AssumptionTable::isAsRecorded),
        "ended_early",
        count(steps, AssumptionTable::endsEarly));
  }

  private static boolean isAsRecorded(Json.Obj step) {
    return ReplayTables.isSame(step);
  }

  private static boolean endsEarly(Json.Obj step) {
    return step.get("ended_early").orElse(Json.NULL).equals(Json.of(true));
  }

  private static int compared(List<Json.Obj> steps) {
    return (int) steps.stream().filter(step -> step.object("error").fields().isEmpty()).count();
  }

  private static String count(List<Json.Obj> steps, Predicate<Json.Obj> test) {
    return steps.stream().filter(test).count() + "/" + compared(steps);
  }

  private static double share(List<Json.Obj> steps, Predicate<Json.Obj> test) {
    return (double) steps.stream().filter(test).count() / compared(steps);
  }
}
