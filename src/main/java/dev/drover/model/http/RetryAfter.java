package dev.drover.model.http;

import dev.drover.http.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// The time after which a server allows a retry: `retry-after-ms`, else `retry-after` in seconds or
/// as an HTTP date. An invalid value is ignored.
final class RetryAfter {
  /// The maximum that is accepted.
  static final Duration MAX = Duration.ofHours(1);

  private RetryAfter() {}

  static Optional<Duration> of(Response response, InstantSource clock) {
    return response
        .header("retry-after-ms")
        .flatMap(value -> scaled(value, 1))
        .or(
            () ->
                response
                    .header("retry-after")
                    .flatMap(value -> scaled(value, 1000).or(() -> until(value, clock))));
  }

  private static Optional<Duration> scaled(String value, long millisEach) {
    try {
      double millis = Double.parseDouble(value.strip()) * millisEach;
      return millis >= 0
          ? Optional.of(Duration.ofMillis((long) Math.min(millis, (double) MAX.toMillis())))
          : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> until(String value, InstantSource clock) {
    try {
      var then = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value.strip()));
      var wait = Duration.between(clock.instant(), then);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait.compareTo(MAX) > 0 ? MAX : wait);
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }
}
