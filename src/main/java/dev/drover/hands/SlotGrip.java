package dev.drover.hands;

import dev.drover.catalog.BlobFiles;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionResource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A grip on the sandbox in a slot of a [SandboxPool].
final class SlotGrip implements Grip {
  private final HandSlot slot;
  private final Sandbox sandbox;
  private final HandTap tap;
  private final BooleanSupplier leaving;
  private final boolean visits;
  private final Consumer<HandSlot> unheld;
  private final AtomicBoolean open = new AtomicBoolean(true);
  private volatile boolean left;

  /// Called with the slot's lock held.
  ///
  /// @param leaving whether calls that run must be left to another server
  /// @param visits whether this is only a visit, see [Hands#visit]
  /// @param unheld called with the slot's lock held after the grip is closed
  SlotGrip(
      HandSlot slot,
      Sandbox sandbox,
      HandTap tap,
      BooleanSupplier leaving,
      boolean visits,
      Consumer<HandSlot> unheld) {
    this.slot = slot;
    this.sandbox = sandbox;
    this.tap = tap;
    this.leaving = leaving;
    this.visits = visits;
    this.unheld = unheld;
    if (visits) {
      slot.visits++;
    } else {
      slot.grips++;
    }
  }

  @Override
  public HandId id() {
    return sandbox.id();
  }

  @Override
  public ToolResult execute(ToolCall call) throws InterruptedException {
    long start = System.nanoTime();
    ToolResult result = null;
    try {
      result = sandbox.execute(call, () -> left || isWanted());
      return result;
    } finally {
      tap.called(call, result, start);
    }
  }

  @Override
  public void stop(EventId call) {
    sandbox.stop(call);
  }

  @Override
  public Optional<HandFiles> files() {
    return sandbox.files();
  }

  @Override
  public void provide(List<SessionResource.Mounted> files, BlobFiles contents)
      throws IOException, InterruptedException {
    sandbox.provide(files, contents);
  }

  @Override
  public void provideSkills(List<SkillDirectory> skills) throws IOException, InterruptedException {
    sandbox.provideSkills(skills);
  }

  @Override
  public MemoryPlace memory(String slug) {
    return sandbox.memory(slug);
  }

  @Override
  public boolean isWanted() {
    return slot.leaving || leaving.getAsBoolean();
  }

  @Override
  public void leave() {
    left = true;
  }

  @Override
  public void close() {
    if (!open.compareAndSet(true, false)) {
      return;
    }
    slot.lock.lock();
    try {
      if (visits) {
        slot.visits--;
      } else {
        slot.grips--;
        slot.owes = left;
        slot.idleSince = System.nanoTime();
      }
      unheld.accept(slot);
    } finally {
      slot.lock.unlock();
    }
  }
}
