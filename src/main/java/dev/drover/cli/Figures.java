package dev.drover.cli;

import dev.drover.base.Json;
import java.time.Duration;
import java.util.Locale;

/// The usage and the duration of a run, in one line.
final class Figures {
  private Figures() {}

  static String of(Json.Obj usage, Duration wall) {
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
        "tokens %,d in %,d out · %s%.1f s active · %.1f s in all",
        usage.number("input_tokens", 0),
        usage.number("output_tokens", 0),
        cache,
        active,
        wall.toNanos() / 1e9);
  }
}
