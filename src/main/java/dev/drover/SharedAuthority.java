package dev.drover;

import dev.drover.gateway.tls.Authority;
import dev.drover.vault.Envelope;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The certificate authority that all servers of a database share. The first use by any of them
/// makes it. Safe for many threads.
final class SharedAuthority implements Supplier<Authority> {
  private final Envelope envelope;
  private final InstantSource clock;
  private final RandomGenerator random;
  private @Nullable Authority authority;

  SharedAuthority(Envelope envelope, InstantSource clock, RandomGenerator random) {
    this.envelope = envelope;
    this.clock = clock;
    this.random = random;
  }

  /// @throws dev.drover.base.Problem `UNAVAILABLE` if the store or the keys cannot be used
  @Override
  public synchronized Authority get() {
    var known = authority;
    if (known == null) {
      var made = envelope.serverKey("authority", () -> Authority.make(clock, random));
      try {
        known = new Authority(made, clock, random);
      } finally {
        Arrays.fill(made, (byte) 0);
      }
      authority = known;
    }
    return known;
  }
}
