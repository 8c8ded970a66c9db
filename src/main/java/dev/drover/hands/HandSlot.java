package dev.drover.hands;

import dev.drover.session.SessionId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The slot of one hand in a [SandboxPool]. Its contents change only under its lock; calls run
/// without the lock.
final class HandSlot {
  final Key key;
  final ReentrantLock lock = new ReentrantLock();
  @Nullable Sandbox sandbox;
  int grips;
  int visits; // grips that are no use of the hand
  boolean gone; // no longer in the map
  volatile boolean owes; // calls were left in it, and their results will be requested
  volatile boolean leaving; // another server continues the session
  volatile boolean released; // it is about to be removed; calls no longer wait for it
  volatile @Nullable CompletableFuture<Boolean> waiting; // for a permit
  volatile long idleSince = System.nanoTime();

  HandSlot(Key key) {
    this.key = key;
  }

  /// The hand that a slot is for.
  record Key(SessionId session, HandName name) {
    static Key of(HandSpec spec) {
      return new Key(spec.session(), spec.name());
    }
  }
}
