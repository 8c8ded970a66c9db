package dev.drover.webhooks;

import dev.drover.base.Secret;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The secrets of an endpoint as they are stored; see [SigningKeys] and [KeySeal].
///
/// @param previous null if there is none
/// @param previousUntil how long the previous secret still signs; null if there is none
public record SealedKeys(
    String current, @Nullable String previous, @Nullable Instant previousUntil) {
  /// @param open decrypts a secret
  SigningKeys opened(Function<String, Secret> open) {
    return new SigningKeys(
        open.apply(current), previous == null ? null : open.apply(previous), previousUntil);
  }
}
