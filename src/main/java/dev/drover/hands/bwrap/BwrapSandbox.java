package dev.drover.hands.bwrap;

import dev.drover.base.Pause;
import dev.drover.hands.FramedHand;
import dev.drover.hands.Sandbox;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import java.util.concurrent.locks.ReentrantLock;

/// One hand behind bubblewrap.
final class BwrapSandbox implements Sandbox {
  private final FramedHand hand;
  private final Leash leash;
  private final Pause pause;
  private final Runnable onClose;
  private final ReentrantLock closing = new ReentrantLock();
  private boolean closed;

  BwrapSandbox(FramedHand hand, Leash leash, Pause pause, Runnable onClose) {
    this.hand = hand;
    this.leash = leash;
    this.pause = pause;
    this.onClose = onClose;
  }

  @Override
  public ToolResult execute(ToolCall call) throws InterruptedException {
    return hand.execute(call);
  }

  @Override
  public boolean isAlive() {
    return hand.isAlive();
  }

  Leash leash() {
    return leash;
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
      onClose.run();
    } finally {
      closing.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
