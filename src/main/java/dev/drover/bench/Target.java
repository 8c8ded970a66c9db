package dev.drover.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/// The target for a figure.
sealed interface Target {
  /// No target: the figure is only reported.
  record None() implements Target {}

  record AtMost(double most) implements Target {}

  record AtLeast(double least) implements Target {}

  /// At most this amount above the floor.
  record FloorPlus(double more) implements Target {}

  /// At most this multiple of the floor.
  record FloorTimes(double factor) implements Target {}

  /// At least this fraction of the floor, for figures where higher is better.
  record FloorShare(double part) implements Target {}

  /// Whether the value reaches the target; empty without a target, or without the floor that it
  /// needs.
  default Optional<Boolean> reached(double value, OptionalDouble floor) {
    return switch (this) {
      case None _ -> Optional.empty();
      case AtMost(double most) -> Optional.of(value <= most);
      case AtLeast(double least) -> Optional.of(value >= least);
      case FloorPlus(double more) -> judged(floor, value, more, 1);
      case FloorTimes(double factor) -> judged(floor, value, 0, factor);
      case FloorShare(double part) ->
          floor.isEmpty() ? Optional.empty() : Optional.of(value >= part * floor.getAsDouble());
    };
  }

  private static Optional<Boolean> judged(
      OptionalDouble floor, double value, double more, double factor) {
    return floor.isEmpty()
        ? Optional.empty()
        : Optional.of(value <= factor * floor.getAsDouble() + more);
  }

  default String text(String unit) {
    return switch (this) {
      case None _ -> "";
      case AtMost(double most) -> "≤ " + Figure.number(most) + " " + unit;
      case AtLeast(double least) -> "≥ " + Figure.number(least) + " " + unit;
      case FloorPlus(double more) -> "≤ floor + " + Figure.number(more) + " " + unit;
      case FloorTimes(double factor) -> "≤ " + Figure.number(factor) + " × floor";
      case FloorShare(double part) -> "≥ " + Figure.number(part) + " × floor";
    };
  }
}
