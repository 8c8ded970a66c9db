package dev.drover.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/// What a figure is to reach.
sealed interface Target {
  /// Reported, not judged.
  record None() implements Target {}

  record AtMost(double most) implements Target {}

  /// At most so much more than the floor.
  record FloorPlus(double more) implements Target {}

  /// At most so many times the floor.
  record FloorTimes(double factor) implements Target {}

  /// At least this part of the floor: for figures of which more is better.
  record FloorShare(double part) implements Target {}

  /// Whether the figure reaches it; empty when there is nothing to judge by.
  default Optional<Boolean> reached(double value, OptionalDouble floor) {
    return switch (this) {
      case None _ -> Optional.empty();
      case AtMost(double most) -> Optional.of(value <= most);
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
      case FloorPlus(double more) -> "≤ floor + " + Figure.number(more) + " " + unit;
      case FloorTimes(double factor) -> "≤ " + Figure.number(factor) + " × floor";
      case FloorShare(double part) -> "≥ " + Figure.number(part) + " × floor";
    };
  }
}
