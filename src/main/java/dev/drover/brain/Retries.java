package dev.drover.brain;

import dev.drover.model.Answer;
import dev.drover.session.SessionError;
import dev.drover.settings.Section;
import java.time.Duration;
import java.util.random.RandomGenerator;

/// The retry policy for failed model requests.
///
/// @param limit the number of failures in a row after which the turn ends
/// @param first the pause after the first failure; it doubles with each further one
/// @param longest the longest pause that this policy chooses itself
/// @param patience the longest pause that a model server may ask for
public record Retries(int limit, Duration first, Duration longest, Duration patience) {
  public static final Retries DEFAULT =
      new Retries(6, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(15));

  private static final long DAY_MS = Duration.ofDays(1).toMillis();

  static Retries read(Section section) {
    return new Retries(
        section.count("max", 1, 1_000, DEFAULT.limit),
        section.millis("first_pause_ms", 1, DAY_MS, DEFAULT.first),
        section.millis("longest_pause_ms", 1, DAY_MS, DEFAULT.longest),
        section.millis("longest_asked_pause_ms", 1, DAY_MS, DEFAULT.patience));
  }

  /// The pause after the `failures`-th failure in a row: the one that the server asked for, or our
  /// own with a jitter of 20 %, so that many sessions do not retry at once.
  Duration pause(int failures, Answer.Failure failure, RandomGenerator random) {
    if (failure.retryAfter().isPresent()) {
      var asked = failure.retryAfter().get();
      return asked.compareTo(patience) > 0 ? patience : asked;
    }
    long millis =
        Math.min(longest.toMillis(), first.toMillis() << Math.min(20, Math.max(0, failures - 1)));
    return Duration.ofMillis(Math.round(millis * random.nextDouble(0.8, 1.2)));
  }

  /// The error that clients see for a failure.
  static SessionError error(Answer.Failure failure, boolean again) {
    var type =
        switch (failure.kind()) {
          case OVERLOADED -> SessionError.Type.MODEL_OVERLOADED;
          case RATE_LIMITED -> SessionError.Type.MODEL_RATE_LIMITED;
          case BROKEN, REJECTED -> SessionError.Type.MODEL_REQUEST_FAILED;
          case BILLING -> SessionError.Type.BILLING;
          case CONTEXT_FULL -> SessionError.Type.COMPACTION_LIMIT_REACHED;
        };
    return new SessionError(
        type,
        failure.message(),
        again ? SessionError.Retry.RETRYING : SessionError.Retry.EXHAUSTED);
  }
}
