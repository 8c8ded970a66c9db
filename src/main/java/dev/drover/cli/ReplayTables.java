package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/// The answers of a replay as tables for people.
final class ReplayTables {
  private static final String NOTHING = "-";
  private static final String SAME = "tool and target";
  private static final String TEXT = "text";

  /// The columns of [#compared].
  static final List<Column> COMPARED =
      List.of(
          Column.of("", "name"),
          Column.of("RECORDED", "recorded"),
          Column.of("REPLAYED", "replayed"));

  /// The columns of [#shown].
  static final List<Column> STEPS =
      List.of(
          Column.of("POSITION", "position"),
          Column.of("FILL", "fill"),
          Column.of("RECORDED", "recorded"),
          Column.of("REPLAYED", "replayed"),
          Column.of("SAME", "same"));

  private ReplayTables() {}

  /// The two sides of a replay of requests, row by row.
  static List<Json.Obj> compared(Json.Obj answer) {
    var recorded = answer.object("recorded");
    var replayed = answer.object("replayed");
    var rows = new ArrayList<Json.Obj>();
    rows.add(row("requests", count(recorded, "requests"), count(replayed, "requests")));
    rows.add(row("too long, refused", count(recorded, "refused"), count(replayed, "refused")));
    rows.add(row("chapters", chapters(recorded), chapters(replayed)));
    rows.add(
        row(
            "largest, tokens",
            count(recorded, "largest_tokens"),
            count(replayed, "largest_tokens")));
    rows.add(row("prompts, tokens", prompts(recorded), prompts(replayed)));
    rows.add(row("from the cache", share(recorded), share(replayed)));
    rows.add(
        row("output, tokens", count(recorded, "output_tokens"), count(replayed, "output_tokens")));
    rows.add(row("list cost", cost(recorded), cost(replayed)));
    var tooLarge = answer.object("first_too_large");
    rows.add(
        row(
            "first that does not fit",
            NOTHING,
            tooLarge.fields().isEmpty()
                ? NOTHING
                : "#" + count(tooLarge, "position") + ": " + count(tooLarge, "tokens")));
    rows.add(row("model", NOTHING, text(answer, "model")));
    rows.add(row("context, tokens", NOTHING, count(answer, "context_tokens")));
    rows.add(row("profile", NOTHING, text(answer, "profile")));
    rows.add(row("strategy", NOTHING, text(answer, "strategy")));
    return rows;
  }

  private static Json.Obj row(String name, String recorded, String replayed) {
    return Json.obj("name", name, "recorded", recorded, "replayed", replayed);
  }

  private static String text(Json.Obj side, String field) {
    return Objects.requireNonNullElse(side.text(field), NOTHING);
  }

  private static String count(Json.Obj side, String field) {
    long number = side.number(field, -1);
    return number < 0 ? NOTHING : String.format(Locale.ROOT, "%,d", number);
  }

  private static String chapters(Json.Obj side) {
    return Integer.toString(side.items("chapters").size());
  }

  private static String prompts(Json.Obj side) {
    long sum =
        side.number("input_tokens", 0)
            + side.number("cache_read_input_tokens", 0)
            + side.number("cache_creation_input_tokens", 0);
    return String.format(Locale.ROOT, "%,d", sum);
  }

  private static String share(Json.Obj side) {
    return side.get("cached_share").orElse(Json.NULL) instanceof Json.Num share
        ? String.format(Locale.ROOT, "%.1f %%", 100 * share.asDouble())
        : NOTHING;
  }

  private static String cost(Json.Obj side) {
    return side.get("list_cost_usd").orElse(Json.NULL) instanceof Json.Num dollars
        ? String.format(Locale.ROOT, "$%.2f", dollars.asDouble())
        : NOTHING;
  }

  /// A step, for a row.
  static Json.Obj shown(Json.Obj step) {
    return Json.obj(
        "position",
        step.number("position", 0),
        "fill",
        step.get("fill").orElse(Json.NULL) instanceof Json.Num fill
            ? Math.round(100 * fill.asDouble()) + " %"
            : NOTHING,
        "recorded",
        move(step.object("recorded")),
        "replayed",
        step.object("error").fields().isEmpty()
            ? move(step.object("replayed"))
            : "failed: " + step.object("error").text("message"),
        "same",
        same(step));
  }

  private static String move(Json.Obj move) {
    return "call".equals(move.text("kind"))
        ? move.text("tool") + " " + move.text("target")
        : "text (" + move.text("stop_reason") + ")";
  }

  private static String same(Json.Obj step) {
    if (is(step, "same_target")) {
      return SAME;
    }
    if (is(step, "same_tool")) {
      return "tool";
    }
    if (is(step, "ended_early")) {
      return "ended early";
    }
    return is(step, "same_kind") && step.get("same_tool").equals(Optional.of(Json.NULL))
        ? TEXT
        : "no";
  }

  /// Whether the reply does what the recorded one does.
  static boolean isSame(Json.Obj step) {
    var same = same(step);
    return same.equals(SAME) || same.equals(TEXT);
  }

  private static boolean is(Json.Obj step, String field) {
    return step.get(field).orElse(Json.NULL).equals(Json.of(true));
  }

  /// The sums over all steps. A share counts only the steps that can be compared. `ended_early` is
  /// given for each quarter of the context, because models that end early do so when it fills.
  static Json.Obj summary(List<Json.Obj> steps) {
    return Json.obj(
        "type",
        "replay_summary",
        "replies",
        steps.size(),
        "failed",
        steps.stream().filter(step -> !step.object("error").fields().isEmpty()).count(),
        "same_kind",
        share(steps, "same_kind"),
        "same_tool",
        share(steps, "same_tool"),
        "same_target",
        share(steps, "same_target"),
        "ended_early",
        share(steps, "ended_early"),
        "ended_early_by_fill",
        byFill(steps),
        "output_tokens_recorded",
        output(steps, "recorded"),
        "output_tokens_replayed",
        output(steps, "replayed"),
        "list_cost_usd",
        dollars(steps));
  }

  private static String share(List<Json.Obj> steps, String field) {
    long compared =
        steps.stream()
            .filter(step -> step.get(field).orElse(Json.NULL) instanceof Json.Bool)
            .count();
    long yes = steps.stream().filter(step -> is(step, field)).count();
    return yes + "/" + compared;
  }

  private static Json.Obj byFill(List<Json.Obj> steps) {
    var quarters = Json.EMPTY;
    for (int quarter = 0; quarter < 4; quarter++) {
      int number = quarter;
      var in = steps.stream().filter(step -> quarter(step) == number).toList();
      if (!in.isEmpty()) {
        quarters =
            quarters.with(25 * quarter + "-" + 25 * (quarter + 1) + " %", share(in, "ended_early"));
      }
    }
    return quarters;
  }

  /// The quarter of the context up to which a step's prompt fills it; -1 if that is not known.
  private static int quarter(Json.Obj step) {
    return step.get("fill").orElse(Json.NULL) instanceof Json.Num fill
        ? Math.clamp((long) (4 * fill.asDouble()), 0, 3)
        : -1;
  }

  private static long output(List<Json.Obj> steps, String side) {
    return steps.stream().mapToLong(step -> step.object(side).number("output_tokens", 0)).sum();
  }

  private static Json dollars(List<Json.Obj> steps) {
    double sum = 0;
    for (var step : steps) {
      if (step.object("replayed").get("list_cost_usd").orElse(Json.NULL) instanceof Json.Num one) {
        sum += one.asDouble();
      } else if (step.object("error").fields().isEmpty()) {
        return Json.NULL;
      }
    }
    return Json.of(Math.round(10_000 * sum) / 10_000.0);
  }
}
