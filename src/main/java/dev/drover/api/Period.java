package dev.drover.api;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Stream;

/// The `created_at[…]` filters of a list as one period, both ends inclusive. The filtered times
/// have whole microseconds, so each end is rounded to the nearest microsecond inside the period.
record Period(Optional<Instant> from, Optional<Instant> to) {
  static final String GT = "created_at[gt]";
  static final String GTE = "created_at[gte]";
  static final String LT = "created_at[lt]";
  static final String LTE = "created_at[lte]";

  static Period of(Query query) {
    var after = query.time(GT).map(time -> floor(time).plus(1, ChronoUnit.MICROS));
    var before = query.time(LT).map(time -> ceiling(time).minus(1, ChronoUnit.MICROS));
    return new Period(
        Stream.of(after, query.time(GTE).map(Period::ceiling))
            .flatMap(Optional::stream)
            .max(Instant::compareTo),
        Stream.of(before, query.time(LTE).map(Period::floor))
            .flatMap(Optional::stream)
            .min(Instant::compareTo));
  }

  boolean isBounded() {
    return from.isPresent() || to.isPresent();
  }

  private static Instant floor(Instant time) {
    return time.truncatedTo(ChronoUnit.MICROS);
  }

  private static Instant ceiling(Instant time) {
    var floor = floor(time);
    return floor.equals(time) ? floor : floor.plus(1, ChronoUnit.MICROS);
  }
}
