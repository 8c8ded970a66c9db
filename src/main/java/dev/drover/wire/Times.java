package dev.drover.wire;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Times in the protocol: RFC 3339 in UTC, always with six digits of a second.
public final class Times {
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private Times() {}

  public static @Nullable String write(@Nullable Instant time) {
    return time == null ? null : MICROS.format(time);
  }

  /// Reads an RFC 3339 time with a year of four digits, any offset, and up to nine digits of a
  /// second; empty if the text is not one.
  public static Optional<Instant> read(String text) {
    try {
      var time = OffsetDateTime.parse(text);
      return time.getYear() >= 0 && time.getYear() <= 9_999
          ? Optional.of(time.toInstant())
          : Optional.empty();
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }
}
