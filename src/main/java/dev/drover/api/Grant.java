package dev.drover.api;

import dev.drover.base.Problem;
import dev.drover.desk.Caller;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The admission of a request: its caller, and whether the caller's key is still accepted, which
/// matters for what lasts longer than a moment. One thread.
final class Grant {
  /// How long an answer about a key holds.
  private static final Duration FRESH = Duration.ofSeconds(1);

  private final Caller caller;
  private final KeyProof key;
  private final BooleanSupplier accepted;
  private final InstantSource clock;
  private final @Nullable Instant end;
  private Instant asked;
  private boolean holds = true;

  /// @param key the key by which the caller was admitted
  /// @param accepted looks the key up once more
  Grant(Caller caller, KeyProof key, BooleanSupplier accepted, InstantSource clock) {
    this(caller, key, accepted, clock, null);
  }

  private Grant(
      Caller caller,
      KeyProof key,
      BooleanSupplier accepted,
      InstantSource clock,
      @Nullable Instant end) {
    this.caller = caller;
    this.key = key;
    this.accepted = accepted;
    this.clock = clock;
    this.end = end;
    asked = clock.instant();
  }

  Caller caller() {
    return caller;
  }

  KeyProof key() {
    return key;
  }

  /// The same admission, which ends at a time at the latest.
  Grant until(Instant latest) {
    return new Grant(caller, key, accepted, clock, latest);
  }

  /// When the admission ends at the latest, whatever becomes of the key; empty: never.
  Optional<Instant> end() {
    return Optional.ofNullable(end);
  }

  /// Whether the key was accepted within the last second. While the store does not answer, its last
  /// answer holds: nothing new is committed then.
  boolean holds() {
    var now = clock.instant();
    if (end != null && !now.isBefore(end)) {
      return false;
    }
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
