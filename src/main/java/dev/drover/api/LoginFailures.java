package dev.drover.api;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The failed logins of each address in the last minute. Of IPv6, the first 64 bits count, because
/// one client has all the others. Safe for many threads.
final class LoginFailures {
  /// The number of failures in a minute after which an address is refused.
  static final int MOST = 10;

  static final Duration WINDOW = Duration.ofMinutes(1);

  /// The maximum number of addresses that are remembered, those of the newest failures.
  private static final int ADDRESSES = 10_000;

  private static final int NETWORK = 8;

  private record Failures(Instant first, int count) {}

  /// The address whose minute began first comes first.
  private final Map<List<Byte>, Failures> byAddress =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Byte>, Failures> eldest) {
          return size() > ADDRESSES;
        }
      };

  /// Begins a login, which counts as failed until [#succeeded].
  ///
  /// @return how long the address must wait before it may try; zero if it may try now
  synchronized Duration begin(InetAddress address, Instant now) {
    var key = key(address);
    var before = byAddress.get(key);
    if (before == null || !now.isBefore(before.first.plus(WINDOW))) {
      byAddress.remove(key); // to the end of the order
      byAddress.put(key, new Failures(now, 1));
      return Duration.ZERO;
    }
    if (before.count >= MOST) {
      return Duration.between(now, before.first.plus(WINDOW));
    }
    byAddress.put(key, new Failures(before.first, before.count + 1));
    return Duration.ZERO;
  }

  /// Notes that a login that was begun has not failed.
  synchronized void succeeded(InetAddress address) {
    byAddress.computeIfPresent(
        key(address), (_, known) -> new Failures(known.first, Math.max(0, known.count - 1)));
  }

  private static List<Byte> key(InetAddress address) {
    var bytes = address.getAddress();
    var used = address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK) : bytes;
    var key = new Byte[used.length];
    for (int i = 0; i < used.length; i++) {
      key[i] = used[i];
    }
    return List.of(key);
  }
}
