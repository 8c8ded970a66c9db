package dev.drover.brain;

import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;

/// The size of the next request: what the model server counted for the last one of the chapter, and
/// an estimate of what came since. Pure.
///
/// @param tokens the size, as the server would count it
/// @param guessed the part of it that the server has not counted yet
/// @param factor the server's tokens for each estimated one
record Gauge(double tokens, double guessed, double factor) {
  private static final double LEAST_FACTOR = 0.5;
  private static final double MOST_FACTOR = 3;

  /// The smallest estimate that calibrates the factor.
  private static final double TELLING = 500;

  /// How far a count may be from the estimate. Some servers count only what no cache had, or
  /// nothing at all.
  private static final double PLAUSIBLE = 3;

  /// @param fixed the estimate for the system prompt and the tools
  /// @param first the factor of a thread that has counted nothing yet
  static Gauge of(Chapter chapter, double fixed, double first) {
    double factor = chapter.opened().map(opened -> opened.gauge().factor() / 100.0).orElse(first);
    double sum = fixed + chapter.opened().map(Opening::first).map(Estimate::of).orElse(0.0);
    double asked = sum;
    double counted = 0;
    double then = 0;
    for (var stored : chapter.events()) {
      boolean isNew = stored.position() > chapter.position();
      sum += Estimate.of(stored, chapter.limits(), chapter.sendsThinkingOf(stored));
      if (Compaction.is(stored)) {
        continue; // it was another prompt
      }
      if (stored.event() instanceof Event.ModelRequestStart) {
        asked = sum;
      } else if (isNew && stored.event() instanceof Event.ModelRequestEnd end && !end.isError()) {
        double measured = input(end.usage());
        if (measured * PLAUSIBLE >= asked && measured <= asked * PLAUSIBLE) {
          factor = asked < TELLING ? factor : calibrated(factor, measured / asked);
          counted = measured + end.usage().outputTokens();
          then = sum;
        }
      }
    }
    double guessed = factor * (sum - then);
    return new Gauge(counted + guessed, guessed, factor);
  }

  /// The tokens of a prompt, as a server counted them.
  static double input(ModelUsage usage) {
    return (double) (usage.inputTokens() + usage.cacheReadTokens() + usage.cacheCreationTokens());
  }

  private static double calibrated(double factor, double measured) {
    return Math.clamp(0.7 * factor + 0.3 * measured, LEAST_FACTOR, MOST_FACTOR);
  }
}
