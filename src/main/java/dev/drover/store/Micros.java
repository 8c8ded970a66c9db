package dev.drover.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Instants as they are stored: whole microseconds since 1970, the precision of the wire format.
public final class Micros {
  private Micros() {}

  public static long of(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  public static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /// The first microsecond that is not before `time`.
  public static long ceiling(Instant time) {
    return of(time.plusNanos(999));
  }

  /// `time`, truncated to the precision of stores.
  public static Instant whole(Instant time) {
    return time.truncatedTo(ChronoUnit.MICROS);
  }
}
