package dev.drover.store.postgres;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The other nodes that are known to be alive: those that were counted at this node's last beat,
/// and those whose hints have arrived since. Safe for many threads.
final class KnownPeers {
  private final Set<String> met = ConcurrentHashMap.newKeySet();
  private volatile int counted = -1;

  /// Takes the count of a beat.
  ///
  /// @return whether it was the first one: this node has just joined
  boolean counted(long others) {
    boolean first = counted < 0;
    counted = Math.toIntExact(others);
    met.clear();
    return first;
  }

  /// Records that a hint of another node has arrived.
  ///
  /// @param name the name in its hints
  /// @return whether no other node was known before
  boolean met(String name) {
    boolean alone = count() == 0;
    met.add(name);
    return alone;
  }

  int count() {
    return Math.max(counted, met.size());
  }
}
