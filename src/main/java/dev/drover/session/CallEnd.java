package dev.drover.session;

import dev.drover.base.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The time at which a tool call ended. Results of calls that ran together are logged in the order
/// of the calls, so the time of a result in the log may be later. It is stored with the result, in
/// microseconds.
public final class CallEnd {
  private static final String ENDED = "ended_at_micros";
  private static final long NONE = Long.MIN_VALUE;

  private CallEnd() {}

  /// The JSON to store with a result.
  public static Json.Obj hidden(Instant end) {
    return Json.obj(ENDED, ChronoUnit.MICROS.between(Instant.EPOCH, end));
  }

  /// The end of the call whose result has this JSON; empty if it was not recorded, because the call
  /// ended when its result was logged.
  public static Optional<Instant> read(Json.@Nullable Obj hidden) {
    long micros = hidden == null ? NONE : hidden.number(ENDED, NONE);
    try {
      return micros == NONE
          ? Optional.empty()
          : Optional.of(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
    } catch (DateTimeException | ArithmeticException _) {
      return Optional.empty(); // of an imported log
    }
  }
}
