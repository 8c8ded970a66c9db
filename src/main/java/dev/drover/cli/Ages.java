package dev.drover.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/// Times as people read them: how long ago they are.
final class Ages {
  private static final long DAYS = 60;

  private Ages() {}

  /// A duration in its largest unit, such as `4 min`.
  static String of(Duration age) {
    long seconds = Math.max(0, age.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 60 * 60) {
      return seconds / 60 + " min";
    }
    return seconds < 48 * 60 * 60 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
  }

  /// How long ago a time of the protocol is, or `in 4 min`; for times far away the date, and any
  /// other text unchanged.
  static String since(String time, Instant now) {
    try {
      var age = Duration.between(Instant.parse(time), now);
      return age.abs().toDays() > DAYS
          ? time.substring(0, 10)
          : age.isNegative() ? "in " + of(age.negated()) : of(age);
    } catch (DateTimeParseException _) {
      return time;
    }
  }
}
