package dev.drover.access;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// What a client says about a key that it creates.
///
/// @param lifetime after which the key is refused; empty: never
public record KeyRequest(String name, Set<KeyScope> scopes, Optional<Duration> lifetime) {
  public KeyRequest {
    scopes = Set.copyOf(scopes);
  }
}
