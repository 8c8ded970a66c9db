package dev.drover.api;

import dev.drover.base.Problem;
import dev.drover.desk.Caller;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/// The admission of a request: its caller, and whether the caller's key is still accepted, which
/// matters for what lasts longer than a moment. One thread.
final class Grant {
  /// How long an answer about a key holds.
  private static final Duration FRESH = Duration.ofSeconds(1);

  private final Caller caller;
  private final BooleanSupplier accepted;
  private final InstantSource clock;
  private Instant asked;
  private boolean holds = true;

  /// @param accepted looks the key up once more
  Grant(Caller caller, BooleanSupplier accepted, InstantSource clock) {
    this.caller = caller;
    this.accepted = accepted;
    this.clock = clock;
    asked = clock.instant();
  }

  Caller caller() {
    return caller;
  }

  /// Whether the key was accepted within the last second. While the store does not answer, its last
  /// answer holds: nothing new is committed then.
  boolean holds() {
    var now = clock.instant();
    if (holds && Duration.between(asked, now).abs().compareTo(FRESH) >= 0) {
      try {
        holds = accepted.getAsBoolean();
        asked = now;
      } catch (Problem e) {
        if (e.kind() != Problem.Kind.UNAVAILABLE) {
          throw e;
        }
      }
    }
    return holds;
  }
}
