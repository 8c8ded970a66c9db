package dev.drover.hands;

import dev.drover.base.Scope;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The sandboxes of all sessions, one for each hand name that a session uses. A sandbox is created
/// for the first call that needs it, replaced when it has died, and closed when it is idle. The
/// workspace outlives the sandbox, and a sandbox in which calls are left outlives the server.
///
/// Safe for many threads. At most `most` sandboxes exist at once. Beyond that, a call replaces the
/// sandbox that has been idle longest, or waits up to a minute for a permit ([Admission]).
public final class SandboxPool implements Hands, AutoCloseable {
  private static final Duration WAIT = Duration.ofMinutes(1);

  private final Sandboxes sandboxes;
  private final HandTap tap;
  private final Duration idle;
  private final Permits permits;
  private final Map<HandSlot.Key, HandSlot> slots = new ConcurrentHashMap<>();
  private final Admission admission;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean leaving; // another server continues all sessions

  /// @param sandboxes closed with this
  /// @param tap notified of hands and their calls
  /// @param most sandboxes that are made and live at once
  /// @param idle how long a sandbox without a call is kept
  public SandboxPool(Sandboxes sandboxes, HandTap tap, int most, Duration idle) {
    this(sandboxes, tap, most, idle, WAIT);
  }

  SandboxPool(Sandboxes sandboxes, HandTap tap, int most, Duration idle, Duration wait) {
    this.sandboxes = sandboxes;
    this.tap = tap;
    this.idle = idle;
    this.permits = new Permits(most);
    this.admission = new Admission(permits, closed, most, wait);
    Thread.ofVirtual().name("hands-idle").start(this::closeIdle);
  }

  @Override
  public Grip provision(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException {
    var key = HandSlot.Key.of(spec);
    var slot = lock(key);
    try {
      return grip(slot, sandbox(slot, spec));
    } finally {
      slot.lock.unlock();
    }
  }

  /// Only a free permit is taken. If calls wait for one by the time the sandbox is there, it is
  /// closed for them.
  @Override
  public void prepare(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException {
    var slot = lock(HandSlot.Key.of(spec));
    try {
      if (slot.leaving || leaving || (slot.sandbox != null && slot.sandbox.isAlive())) {
        return;
      }
      empty(slot);
      if (admission.tryEnter(slot)) {
        make(slot, spec);
        slot.idleSince = System.nanoTime();
        unheld(slot);
      }
    } finally {
      slot.lock.unlock();
    }
  }

  /// The sandbox already exists, so it needs no free permit.
  @Override
  public Optional<Grip> attach(HandSpec spec, HandId hand) throws InterruptedException {
    var key = HandSlot.Key.of(spec);
    var slot = lock(key);
    try {
      if (slot.sandbox != null && !(slot.sandbox.isAlive() && slot.sandbox.id().equals(hand))) {
        if (slot.sandbox.isAlive()) {
          return Optional.empty(); // it has replaced the requested hand
        }
        empty(slot);
      }
      if (slot.sandbox == null && closed.getCount() > 0) {
        sandboxes.attach(spec, hand).ifPresent(found -> keep(slot, found));
      }
      return Optional.ofNullable(slot.sandbox).map(found -> grip(slot, found));
    } finally {
      slot.lock.unlock();
    }
  }

  private Grip grip(HandSlot slot, Sandbox sandbox) {
    return new SlotGrip(slot, sandbox, tap, () -> leaving, false, this::unheld);
  }

  /// A slot that is locked is in use here, or is about to be.
  @Override
  public boolean isElsewhere(SessionId session) {
    for (var key : keys(session)) {
      var slot = slots.get(key);
      if (slot != null && !slot.lock.tryLock()) {
        return false;
      }
      if (slot != null) {
        boolean here = slot.sandbox != null;
        slot.lock.unlock();
        if (here) {
          return false;
        }
      }
    }
    return sandboxes.isElsewhere(session);
  }

  /// A slot whose lock is held elsewhere is in use, or is about to be.
  @Override
  public Optional<Grip> visit(HandSpec spec) {
    var slot = slots.get(HandSlot.Key.of(spec));
    if (slot == null || !slot.lock.tryLock()) {
      return Optional.empty();
    }
    try {
      var sandbox = slot.sandbox;
      boolean here = !slot.gone && !slot.leaving && !leaving && closed.getCount() > 0;
      return here && sandbox != null && sandbox.isAlive()
          ? Optional.of(new SlotGrip(slot, sandbox, tap, () -> leaving, true, this::unheld))
          : Optional.empty();
    } finally {
      slot.lock.unlock();
    }
  }

  private void keep(HandSlot slot, Sandbox sandbox) {
    permits.take();
    slot.sandbox = sandbox;
    tap.attached(slot.key.session());
  }

  /// Handles a slot that may no longer have a grip; called with its lock held. If calls wait for a
  /// permit, a sandbox that has just become idle is closed for them.
  private void unheld(HandSlot slot) {
    if (slot.grips > 0 || slot.visits > 0) {
      return;
    }
    if (slot.leaving || (leaving && slot.owes)) {
      letGo(slot);
    } else if (!slot.owes && permits.waiting() > 0) {
      empty(slot);
    }
  }

  private void letGo(HandSlot slot) {
    if (slot.sandbox != null) {
      tap.ended(slot.key.session(), false);
      slot.sandbox.leave();
      slot.sandbox = null;
      permits.release();
    }
    slot.gone = true;
    slots.remove(slot.key, slot);
  }

  @Override
  public void leave(SessionId session) {
    keys(session).forEach(this::leave);
  }

  private void leave(HandSlot.Key key) {
    var slot = slots.get(key);
    if (slot == null) {
      return;
    }
    slot.leaving = true;
    slot.lock.lock();
    try {
      unheld(slot);
    } finally {
      slot.lock.unlock();
    }
  }

  private List<HandSlot.Key> keys(SessionId session) {
    return slots.keySet().stream().filter(key -> key.session().equals(session)).toList();
  }

  @Override
  public void leave() {
    leaving = true;
  }

  /// Returns the hand's slot, locked; the caller unlocks it.
  @SuppressWarnings("LockNotBeforeTry")
  private HandSlot lock(HandSlot.Key key) throws InterruptedException {
    while (true) {
      var slot = slots.computeIfAbsent(key, _ -> new HandSlot(key));
      slot.lock.lockInterruptibly();
      if (!slot.gone) {
        return slot;
      }
      slot.lock.unlock(); // it was released meanwhile; there is a new slot
    }
  }

  /// Returns a live sandbox. Concurrent calls wait at the lock for the same sandbox.
  private Sandbox sandbox(HandSlot slot, HandSpec spec)
      throws Sandboxes.Unavailable, InterruptedException {
    if (slot.sandbox != null && slot.sandbox.isAlive()) {
      return slot.sandbox;
    }
    empty(slot);
    if (!admission.tryEnter(slot)) {
      evict();
      admission.await(slot);
    }
    return make(slot, spec);
  }

  /// Makes a sandbox with a permit that was taken.
  private Sandbox make(HandSlot slot, HandSpec spec)
      throws Sandboxes.Unavailable, InterruptedException {
    try {
      if (closed.getCount() == 0) { // a permit may become free because everything ends
        throw new Sandboxes.Unavailable("The server is stopping. This call did not run.");
      }
      var sandbox = create(spec);
      slot.sandbox = sandbox;
      return sandbox;
    } finally {
      if (slot.sandbox == null) {
        permits.release();
      }
    }
  }

  private Sandbox create(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException {
    long start = System.nanoTime();
    try {
      var sandbox = sandboxes.provision(spec);
      tap.created(spec.session(), start);
      return sandbox;
    } catch (Sandboxes.Unavailable | InterruptedException e) {
      tap.notCreated(spec.session(), e instanceof InterruptedException);
      throw e;
    }
  }

  /// Closes the sandbox that has been idle longest, if any is idle.
  private void evict() {
    record Idle(HandSlot slot, long nanos) {}
    long now = System.nanoTime();
    var longest =
        slots.values().stream()
            .filter(slot -> !slot.owes)
            .map(slot -> new Idle(slot, now - slot.idleSince))
            .sorted(Comparator.comparingLong(Idle::nanos).reversed())
            .toList();
    for (var candidate : longest) {
      if (emptyIfUnused(candidate.slot, Duration.ZERO)) {
        return;
      }
    }
  }

  private boolean emptyIfUnused(HandSlot slot, Duration since) {
    if (!slot.lock.tryLock()) {
      return false;
    }
    try {
      return slot.grips == 0
          && slot.visits == 0
          && slot.sandbox != null
          && System.nanoTime() - slot.idleSince >= since.toNanos()
          && empty(slot);
    } finally {
      slot.lock.unlock();
    }
  }

  /// Closes the sandbox in the slot; called with its lock held. Returns true if there was one.
  private boolean empty(HandSlot slot) {
    if (slot.sandbox == null) {
      return false;
    }
    tap.ended(slot.key.session(), !slot.sandbox.isAlive());
    slot.sandbox.close();
    slot.sandbox = null;
    slot.owes = false;
    permits.release();
    return true;
  }

  private void closeIdle() {
    try {
      while (!closed.await(Math.max(1, idle.toMillis() / 4), TimeUnit.MILLISECONDS)) {
        slots.values().forEach(this::emptyIfIdle);
      }
    } catch (InterruptedException e) {
      // No other code has a reference to this thread, so it is never interrupted.
    }
  }

  /// Closes an idle sandbox. A slot without a sandbox leaves the map: a session that has no more
  /// calls must not take memory.
  private void emptyIfIdle(HandSlot slot) {
    emptyIfUnused(slot, idle);
    if (!slot.lock.tryLock()) {
      return;
    }
    try {
      if (slot.sandbox == null && slot.grips == 0 && slot.visits == 0) {
        slot.gone = true;
        slots.remove(slot.key, slot);
      }
    } finally {
      slot.lock.unlock();
    }
  }

  /// The number of hands that have a slot.
  int known() {
    return slots.size();
  }

  /// The number of calls that wait for a permit.
  int waiting() {
    return permits.waiting();
  }

  /// Closes the session's sandboxes, also those of an earlier server. Calls in them are lost, and
  /// calls that wait for one do not run. Idempotent. The next call creates a new sandbox.
  @Override
  public void release(SessionId session) {
    keys(session).forEach(key -> take(key, this::empty));
    sandboxes.release(session);
  }

  /// Removes a hand's slot from the map and applies `then` to it.
  private void take(HandSlot.Key key, Consumer<HandSlot> then) {
    var slot = slots.get(key);
    if (slot == null) {
      return;
    }
    slot.released = true;
    var place = slot.waiting;
    if (place != null) {
      place.complete(false); // a call that waits for a permit holds the lock, possibly for a minute
    }
    slot.lock.lock();
    try {
      then.accept(slot);
      slot.gone = true;
      slots.remove(key, slot);
    } finally {
      slot.lock.unlock();
    }
  }

  /// Closes the session's sandboxes and removes its workspace. Idempotent.
  @Override
  public void discard(SessionId session) {
    keys(session).forEach(key -> take(key, this::empty));
    sandboxes.discard(session);
  }

  @Override
  public Optional<String> home(SessionId session) {
    return sandboxes.home(session);
  }

  @Override
  public Set<SessionId> kept() {
    return sandboxes.kept();
  }

  /// Closes all sandboxes except those in which calls were left, which the next server will find,
  /// and then the [Sandboxes] that created them. Workspaces are kept.
  @Override
  public void close() {
    closed.countDown();
    try (var scope = new Scope()) {
      slots.keySet().stream()
          .map(
              key ->
                  scope.fork(
                      () -> {
                        take(key, this::end);
                        return key;
                      }))
          .toList()
          .forEach(SandboxPool::await);
    }
    sandboxes.close();
  }

  private void end(HandSlot slot) {
    if (slot.owes || (leaving && slot.grips > 0)) {
      letGo(slot);
    } else {
      empty(slot);
    }
  }

  private static void await(Scope.Task<HandSlot.Key> task) {
    try {
      task.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the scope waits in any case
    }
  }
}
