package dev.drover.hands.bwrap;

import dev.drover.base.Pause;
import dev.drover.hands.FramedHand;
import dev.drover.hands.Sandbox;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// One hand behind bubblewrap, which this server is attached to.
final class BwrapSandbox implements Sandbox {
  private final FramedHand hand;
  private final Leash leash;
  private final Claim claim;
  private final Pause pause;
  private final Runnable onClose;
  private final ReentrantLock closing = new ReentrantLock();
  private boolean closed;

  BwrapSandbox(FramedHand hand, Register.Held held, Pause pause, Runnable onClose) {
    this.hand = hand;
    this.leash = held.leash();
    this.claim = held.claim();
    this.pause = pause;
    this.onClose = onClose;
  }

  @Override
  public HandId id() {
    return leash.hand();
  }

  @Override
  public ToolResult execute(ToolCall call, BooleanSupplier leaves) throws InterruptedException {
    return hand.execute(call, leaves);
  }

  @Override
  public void stop(EventId call) {
    hand.stop(call);
  }

  @Override
  public boolean isAlive() {
    return hand.isAlive();
  }

  Leash leash() {
    return leash;
  }

  @Override
  public void leave() {
    closing.lock();
    try {
      if (!closed) {
        closed = true;
        hand.close();
        claim.close();
        onClose.run();
      }
    } finally {
      closing.unlock();
    }
  }

  /// An interrupt does not stop it half-way; it is kept for the caller.
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    closing.lock();
    try {
      if (closed) {
        return;
      }
      hand.close();
      while (!closed) {
        try {
          leash.pull(pause);
          closed = true;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      claim.close();
      onClose.run();
    } finally {
      closing.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
