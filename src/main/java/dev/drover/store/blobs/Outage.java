package dev.drover.store.blobs;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Whether a server can be reached. After some failures in a row, calls fail at once for a while,
/// so that not everything that needs the server waits for it. Safe for many threads.
final class Outage {
  private static final int FAILURES = 3;
  private static final Duration CALM = Duration.ofSeconds(5);
  private static final System.Logger LOG = System.getLogger(Outage.class.getName());

  private final String server;
  private final LongSupplier nanos;
  private int failures;
  private long until;
  private @Nullable S3Failure last;

  /// @param server its name, for the log
  /// @param nanos a monotonic clock
  Outage(String server, LongSupplier nanos) {
    this.server = server;
    this.nanos = nanos;
  }

  /// The last failure, if a call would fail, as far as is known.
  synchronized Optional<S3Failure> now() {
    boolean on = failures >= FAILURES && until - nanos.getAsLong() > 0;
    return on ? Optional.ofNullable(last) : Optional.empty();
  }

  synchronized void answered() {
    if (failures >= FAILURES) {
      LOG.log(Level.INFO, "blob store answers again: " + server);
    }
    failures = 0;
  }

  synchronized void failed(S3Failure cause) {
    if (++failures == FAILURES) {
      LOG.log(Level.WARNING, "blob store does not answer: " + server + ": " + cause.getMessage());
    }
    last = cause;
    until = nanos.getAsLong() + CALM.toNanos();
  }
}
