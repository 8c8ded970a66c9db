package dev.drover.bench;

import dev.drover.base.Json;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/// A measured value.
///
/// @param measure the name of the measure
/// @param floor the value of the floor, if the measure has one
record Figure(
    String measure, String name, String unit, double value, OptionalDouble floor, Target target) {

  static Figure of(String measure, String name, String unit, double value, Target target) {
    return new Figure(measure, name, unit, value, OptionalDouble.empty(), target);
  }

  static Figure of(
      String measure, String name, String unit, double value, double floor, Target target) {
    return new Figure(measure, name, unit, value, OptionalDouble.of(floor), target);
  }

  /// The value divided by the floor.
  OptionalDouble ratio() {
    return floor.isPresent() && floor.getAsDouble() > 0
        ? OptionalDouble.of(value / floor.getAsDouble())
        : OptionalDouble.empty();
  }

  Optional<Boolean> reached() {
    return target.reached(value, floor);
  }

  String verdict() {
    return reached().map(reached -> reached ? "pass" : "short").orElse("");
  }

  Json json() {
    return Json.obj(
        "measure",
        measure,
        "name",
        name,
        "unit",
        unit,
        "value",
        rounded(value),
        "floor",
        floor.isPresent() ? rounded(floor.getAsDouble()) : null,
        "ratio",
        ratio().isPresent() ? rounded(ratio().getAsDouble()) : null,
        "target",
        target instanceof Target.None ? null : target.text(unit),
        "reached",
        reached().orElse(null));
  }

  private static double rounded(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }

  /// A number with its significant digits.
  static String number(double value) {
    return value == Math.rint(value) || value >= 1_000
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value)
            .replaceAll("0+$", "")
            .replaceAll("\\.$", "");
  }
}
