package dev.drover.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks up hosts, with a time limit for each lookup. Safe for many threads.
final class Lookups {
  /// The maximum number of lookups at the same time. A lookup that takes too long cannot be
  /// stopped, so it counts until it ends.
  static final int AT_ONCE = 32;

  private final Resolver resolver;
  private final Duration limit;
  private final Semaphore free = new Semaphore(AT_ONCE);

  Lookups(Resolver resolver, Duration limit) {
    this.resolver = resolver;
    this.limit = limit;
  }

  /// All addresses of `host`, at least one.
  ///
  /// @throws Unreachable `UNKNOWN_HOST` if it has none, or they cannot be found in time
  List<InetAddress> of(String host) throws Unreachable, InterruptedException {
    if (!free.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
      throw unknown("too many DNS lookups at once");
    }
    var lookup = new FutureTask<>(() -> List.of(resolver.lookUp(host)));
    // A platform thread: lookups block in native code, and so would a virtual thread's carrier.
    Thread.ofPlatform()
        .daemon()
        .name("lookup")
        .start(
            () -> {
              lookup.run();
              free.release();
            });
    try {
      var addresses = lookup.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (addresses.isEmpty()) {
        throw unknown("unknown host");
      }
      return addresses;
    } catch (TimeoutException _) {
      throw unknown("the host's address was not found within " + limit.toSeconds() + " s");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownHostException) {
        throw unknown("unknown host");
      }
      throw new IllegalStateException("a lookup failed", e.getCause());
    }
  }

  private static Unreachable unknown(String why) {
    return new Unreachable(Unreachable.Why.UNKNOWN_HOST, why);
  }
}
