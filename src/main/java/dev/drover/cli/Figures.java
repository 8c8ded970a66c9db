package dev.drover.cli;

import dev.drover.base.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/// The usage and the duration of a run, in one line.
final class Figures {
  private Figures() {}

  static String of(Json.Obj usage, Duration wall) {
    return of(usage) + String.format(Locale.ROOT, " · %.1f s in all", wall.toNanos() / 1e9);
  }

  /// The time between two times of the protocol; empty if one of them is not known.
  static Optional<String> between(String from, String to) {
    try {
      var time = Duration.between(Instant.parse(from), Instant.parse(to)).abs();
      return Optional.of(String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3));
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  /// The usage of a session.
  static String of(Json.Obj usage) {
    long written =
        usage.object("cache_creation").number("ephemeral_5m_input_tokens", 0)
            + usage.object("cache_creation").number("ephemeral_1h_input_tokens", 0);
    long read = usage.number("cache_read_input_tokens", 0);
    var cache =
        read + written == 0
            ? ""
            : String.format(Locale.ROOT, "cache %,d read %,d written · ", read, written);
    double active =
        usage.get("active_seconds").orElse(Json.NULL) instanceof Json.Num seconds
            ? seconds.asDouble()
            : 0;
    return String.format(
        Locale.ROOT,
        "tokens %,d in %,d out · %s%.1f s active",
        usage.number("input_tokens", 0),
        usage.number("output_tokens", 0),
        cache,
        active);
  }
}
