package dev.drover.reading;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;

/// A part of a log, and the direction in which it is read.
///
/// @param ascending whether the oldest event is read first
/// @param after only events at higher positions; 0 for all
/// @param before only events at lower positions; [Long#MAX_VALUE] for all
/// @param from the earliest `processed_at`, inclusive
/// @param to the latest `processed_at`, inclusive
public record EventRange(
    boolean ascending, long after, long before, Optional<Instant> from, Optional<Instant> to) {

  /// A place in a log.
  ///
  /// @param position a position; without meaning if there is a time
  public record Place(long position, Optional<Instant> time) {
    private static final Pattern POSITION = Pattern.compile("[0-9]{1,18}");

    /// Reads a position, or an RFC 3339 time with a year of four digits; empty if the text is
    /// neither.
    public static Optional<Place> of(String text) {
      if (POSITION.matcher(text).matches()) {
        return Optional.of(new Place(Long.parseLong(text), Optional.empty()));
      }
      try {
        var time = OffsetDateTime.parse(text);
        return time.getYear() >= 0 && time.getYear() <= 9_999
            ? Optional.of(new Place(0, Optional.of(time.toInstant())))
            : Optional.empty();
      } catch (DateTimeParseException _) {
        return Optional.empty();
      }
    }
  }

  /// The events between two places, without those at the places. They are read from the oldest on
  /// if there is a place after which they begin, and otherwise from the newest on.
  public static EventRange of(Optional<Place> after, Optional<Place> before) {
    return new EventRange(
        after.isPresent(),
        after.filter(place -> place.time().isEmpty()).map(Place::position).orElse(0L),
        before.filter(place -> place.time().isEmpty()).map(Place::position).orElse(Long.MAX_VALUE),
        // Logs have times of whole microseconds.
        after
            .flatMap(Place::time)
            .map(time -> time.truncatedTo(ChronoUnit.MICROS).plus(1, ChronoUnit.MICROS)),
        before.flatMap(Place::time).map(time -> time.minusNanos(1).truncatedTo(ChronoUnit.MICROS)));
  }

  /// The part of this range below a position.
  EventRange below(long position) {
    return new EventRange(ascending, after, Math.min(before, position), from, to);
  }

  /// The part of this range that follows a position, in the direction of reading.
  public EventRange following(long position) {
    return ascending
        ? new EventRange(true, position, before, from, to)
        : new EventRange(false, after, position, from, to);
  }

  /// The position after which to read, in the direction of reading.
  long start() {
    return ascending ? after : before;
  }

  /// Whether a position lies behind the end of the range, in the direction of reading.
  boolean isPast(long position) {
    return ascending ? position >= before : position <= after;
  }
}
