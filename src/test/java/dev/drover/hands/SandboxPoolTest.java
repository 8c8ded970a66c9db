package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.catalog.BlobFiles;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.testing.Calls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class SandboxPoolTest {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final SessionId A = new SessionId("sesn_a");
  private static final SessionId B = new SessionId("sesn_b");

  private final PuppetSandboxes puppets = new PuppetSandboxes();

  private SandboxPool hands(int most, Duration idle) {
    return new SandboxPool(puppets, HandTap.NONE, most, idle, Duration.ofMillis(100));
  }

  private SandboxPool hands() {
    return hands(10, Duration.ofMinutes(15));
  }

  private static ToolCall call(String tool) {
    return new ToolCall(new EventId("sevt_1"), tool, Json.obj("command", "true"));
  }

  @Test
  void noSandboxIsMadeBeforeTheFirstCall() throws Exception {
    try (var hands = hands()) {
      assertThat(puppets.made).isEmpty();
      Calls.run(hands, A, call("bash"));
      assertThat(puppets.made).hasSize(1);
    }
  }

  @Test
  void aSessionKeepsItsSandboxAndSharesItWithNoOther() throws Exception {
    try (var hands = hands()) {
      Calls.run(hands, A, call("bash"));
      Calls.run(hands, A, call("bash"));
      Calls.run(hands, B, call("bash"));
      assertThat(puppets.made).extracting(puppet -> puppet.session).containsExactly(A, B);
    }
  }

  @Test
  void aVisitMakesNoHandAndKeepsAnIdleOneOnlyWhileItLasts() throws Exception {
    var spec = HandSpec.workspace(A);
    try (var hands = hands(10, Duration.ZERO)) {
      assertThat(hands.visit(spec)).isEmpty();
      assertThat(puppets.made).isEmpty();
      var grip = hands.provision(spec);
      var visit = hands.visit(spec).orElseThrow();
      assertThat(visit.id()).isEqualTo(grip.id());
      grip.close();
      assertThat(visit.isWanted()).isFalse();
      hands.leave(A);
      assertThat(puppets.left).isEmpty();
      assertThat(visit.isWanted()).isTrue();
      visit.close();
      assertThat(puppets.left).hasSize(1);
      assertThat(hands.visit(spec)).isEmpty();
    }
  }

  @Test
  void aVisitLeavesWhatIsOwedOwed() throws Exception {
    var spec = HandSpec.workspace(A);
    var hands = hands();
    var grip = hands.provision(spec);
    grip.leave();
    grip.close();
    hands.visit(spec).orElseThrow().close();
    hands.leave();
    hands.close();
    assertThat(puppets.left).hasSize(1);
  }

  @Test
  void eachHandOfASessionHasASandboxOfItsOwn() throws Exception {
    var other = new HandSpec(A, new HandName("other"));
    try (var hands = hands()) {
      try (var one = hands.provision(HandSpec.workspace(A));
          var two = hands.provision(other);
          var same = hands.provision(other)) {
        assertThat(two.id()).isNotEqualTo(one.id()).isEqualTo(same.id());
        assertThat(hands.attach(other, one.id())).isEmpty();
        assertThat(puppets.made).hasSize(2);
      }
      hands.release(A);
      assertThat(puppets.made).allMatch(puppet -> puppet.closed);
    }
  }

  @Test
  void allHandsOfASessionAreLeftTogether() throws Exception {
    try (var hands = hands()) {
      hands.provision(HandSpec.workspace(A)).close();
      hands.provision(new HandSpec(A, new HandName("other"))).close();
      hands.provision(HandSpec.workspace(B)).close();
      hands.leave(A);
      assertThat(puppets.left).containsExactlyInAnyOrderElementsOf(puppets.made.subList(0, 2));
    }
  }

  @Test
  void parallelFirstCallsShareOneSandbox() throws Exception {
    try (var hands = hands();
        var scope = new Scope()) {
      var tasks =
          IntStream.range(0, 50)
              .mapToObj(_ -> scope.fork(() -> Calls.run(hands, A, call("bash"))))
              .toList();
      for (var task : tasks) {
        assertThat(task.join().isError()).isFalse();
      }
      assertThat(puppets.made).hasSize(1);
    }
  }

  @Test
  void aDeadSandboxIsReplacedAtTheNextCall() throws Exception {
    try (var hands = hands()) {
      Calls.run(hands, A, call("bash"));
      puppets.made.getFirst().alive = false;
      assertThat(Calls.run(hands, A, call("bash")).isError()).isFalse();
      assertThat(puppets.made).hasSize(2);
      assertThat(puppets.made.getFirst().closed).isTrue();
    }
  }

  @Test
  void noSandboxIsAnErrorForTheModel() throws Exception {
    try (var hands = hands()) {
      puppets.refusal = "no bubblewrap";
      var result = Calls.run(hands, A, call("bash"));
      assertThat(result).isEqualTo(ToolResult.error("no bubblewrap"));
      puppets.refusal = null;
      assertThat(Calls.run(hands, A, call("bash")).isError()).isFalse();
    }
  }

  @Test
  void aRefusedSandboxTakesNoPlace() throws Exception {
    try (var hands = hands(1, Duration.ofMinutes(15))) {
      puppets.refusal = "no bubblewrap";
      Calls.run(hands, A, call("bash"));
      Calls.run(hands, B, call("bash"));
      puppets.refusal = null;
      assertThat(Calls.run(hands, A, call("bash")).isError()).isFalse();
    }
  }

  @Test
  void anIdleSandboxIsClosed() throws Exception {
    try (var hands = hands(10, Duration.ofMillis(40))) {
      Calls.run(hands, A, call("bash"));
      await().until(() -> puppets.made.getFirst().closed);
      Calls.run(hands, A, call("bash"));
      assertThat(puppets.made).hasSize(2);
    }
  }

  @Test
  void aSessionWithoutASandboxIsForgotten() throws Exception {
    try (var hands = hands(10, Duration.ofMillis(40))) {
      Calls.run(hands, A, call("bash"));
      Calls.run(hands, B, call("bash"));
      await().until(() -> hands.known() == 0);
      assertThat(Calls.run(hands, A, call("bash")).isError()).isFalse();
    }
  }

  @Test
  void aSandboxAtWorkIsNotIdle() throws Exception {
    try (var hands = hands(10, Duration.ofMillis(20));
        var scope = new Scope()) {
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      var slow = scope.fork(() -> Calls.run(hands, A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      Calls.run(hands, B, call("read"));
      await().until(() -> puppets.made.getLast().closed);
      assertThat(puppets.made.getFirst().closed).isFalse();
      gate.countDown();
      assertThat(slow.join().isError()).isFalse();
    }
  }

  @Test
  void aFullHouseTakesThePlaceOfTheLongestIdle() throws Exception {
    try (var hands = hands(2, Duration.ofMinutes(15))) {
      Calls.run(hands, A, call("bash"));
      Calls.run(hands, B, call("bash"));
      Calls.run(hands, new SessionId("sesn_c"), call("bash"));
      assertThat(puppets.made)
          .extracting(puppet -> puppet.closed)
          .containsExactly(true, false, false);
    }
  }

  @Test
  void aFullHouseAtWorkSaysCapacity() throws Exception {
    try (var hands = hands(1, Duration.ofMinutes(15));
        var scope = new Scope()) {
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      var slow = scope.fork(() -> Calls.run(hands, A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      var refused = Calls.run(hands, B, call("bash"));
      assertThat(refused.isError()).isTrue();
      assertThat(refused.text()).startsWith("CAPACITY: all 1 sandboxes");
      gate.countDown();
      slow.join();
    }
  }

  @Test
  void whoWaitsForAPlaceGetsTheNextThatBecomesIdle() throws Exception {
    try (var hands =
            new SandboxPool(
                puppets, HandTap.NONE, 1, Duration.ofMinutes(15), Duration.ofMinutes(1));
        var scope = new Scope()) {
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      var first = scope.fork(() -> Calls.run(hands, A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      var second = scope.fork(() -> Calls.run(hands, B, call("read")));
      await().until(() -> hands.waiting() == 1);
      gate.countDown();
      assertThat(first.join().isError()).isFalse();
      assertThat(second.join().isError()).isFalse();
    }
  }

  @Test
  void releaseEndsTheWaitForAPlace() throws Exception {
    try (var hands =
            new SandboxPool(puppets, HandTap.NONE, 1, Duration.ofMinutes(15), Duration.ofHours(1));
        var scope = new Scope()) {
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      var first = scope.fork(() -> Calls.run(hands, A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      var waiting = scope.fork(() -> Calls.run(hands, B, call("read")));
      await().until(() -> hands.waiting() == 1);
      hands.release(B);
      var released = waiting.join();
      assertThat(released.isError()).isTrue();
      assertThat(released.text()).contains("released while this call waited", "did not run");
      assertThat(hands.waiting()).isZero();
      gate.countDown();
      first.join();
      assertThat(Calls.run(hands, B, call("read")).text()).isEqualTo("done");
    }
  }

  /// Often: the place of the sandbox that is closed first must not go to who still waits.
  @RepeatedTest(10)
  void closingEndsTheWaitForAPlace() throws Exception {
    try (var scope = new Scope()) {
      var hands =
          new SandboxPool(puppets, HandTap.NONE, 1, Duration.ofMinutes(15), Duration.ofHours(1));
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      var first = scope.fork(() -> Calls.run(hands, A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      var waiting = scope.fork(() -> Calls.run(hands, B, call("read")));
      await().until(() -> hands.waiting() == 1);
      hands.close();
      assertThat(waiting.join().isError()).isTrue();
      gate.countDown();
      first.join();
    }
  }

  @Test
  void anInterruptedWaitTakesNoPlace() throws Exception {
    try (var hands =
        new SandboxPool(puppets, HandTap.NONE, 1, Duration.ofMinutes(15), Duration.ofHours(1))) {
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      try (var outer = new Scope()) {
        var first = outer.fork(() -> Calls.run(hands, A, call("bash")));
        await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
        try (var inner = new Scope()) {
          var _ = inner.fork(() -> Calls.run(hands, B, call("read")));
          await().until(() -> hands.waiting() == 1);
        } // interrupts and waits
        assertThat(hands.waiting()).isZero();
        gate.countDown();
        first.join();
      }
      assertThat(Calls.run(hands, B, call("read")).text()).isEqualTo("done");
    }
  }

  @Test
  void releaseClosesTheSandboxAndKeepsTheWorkspace() throws Exception {
    try (var hands = hands()) {
      Calls.run(hands, A, call("bash"));
      hands.release(A);
      hands.release(A);
      assertThat(puppets.made.getFirst().closed).isTrue();
      assertThat(puppets.discarded).isEmpty();
      Calls.run(hands, A, call("bash"));
      assertThat(puppets.made).hasSize(2);
    }
  }

  @Test
  void discardRemovesTheWorkspaceToo() throws Exception {
    try (var hands = hands()) {
      Calls.run(hands, A, call("bash"));
      hands.discard(A);
      assertThat(puppets.made.getFirst().closed).isTrue();
      assertThat(puppets.discarded).containsExactly(A);
    }
  }

  @Test
  void closingClosesEverySandbox() throws Exception {
    var hands = hands();
    Calls.run(hands, A, call("bash"));
    Calls.run(hands, B, call("bash"));
    hands.close();
    assertThat(puppets.made).allMatch(puppet -> puppet.closed);
    assertThat(puppets.closed).isTrue();
    assertThat(Calls.run(hands, A, call("bash")).text()).contains("stopping");
  }

  /// A call that its asker is interrupted in; its grip is closed.
  private void interrupted(SandboxPool hands, boolean leave) throws Exception {
    puppets.gate = new CountDownLatch(1);
    try (var grip = hands.provision(HandSpec.workspace(A))) {
      if (leave) {
        grip.leave();
      }
      try (var scope = new Scope()) {
        var _ = scope.fork(() -> grip.execute(call("bash")));
        await().until(() -> puppets.made.getFirst().running > 0);
      }
    }
    puppets.gate = null;
  }

  @Test
  void anInterruptedCallIsCancelledUnlessItIsLeft() throws Exception {
    try (var hands = hands()) {
      interrupted(hands, false);
      assertThat(puppets.made.getFirst().cancelled).hasSize(1);
      interrupted(hands, true);
      assertThat(puppets.made.getFirst().goOn).hasSize(1);
      assertThat(puppets.made.getFirst().cancelled).hasSize(1);
      assertThat(puppets.left).isEmpty();
    }
  }

  @Test
  void aHandWithALeftCallOutlivesThePoolAndAnotherDoesNot() throws Exception {
    try (var hands = hands()) {
      interrupted(hands, true);
      Calls.run(hands, B, call("bash"));
    }
    assertThat(puppets.left).containsExactly(puppets.made.getFirst());
    assertThat(puppets.made).extracting(puppet -> puppet.closed).containsExactly(false, true);
  }

  @Test
  void aHandWhoseLeftCallWasSeenToEndsWithThePool() throws Exception {
    try (var hands = hands()) {
      interrupted(hands, true);
      try (var grip =
          hands.attach(HandSpec.workspace(A), puppets.made.getFirst().id).orElseThrow()) {
        assertThat(grip.execute(call("bash")).text()).isEqualTo("done");
      }
    }
    assertThat(puppets.left).isEmpty();
    assertThat(puppets.made).hasSize(1).allMatch(puppet -> puppet.closed);
  }

  @Test
  void leavingASessionLetsItsHandGoOnceNoGripIsOnIt() throws Exception {
    try (var hands = hands(1, Duration.ofMinutes(15))) {
      try (var grip = hands.provision(HandSpec.workspace(A))) {
        hands.leave(A);
        assertThat(puppets.left).isEmpty();
        assertThat(grip.execute(call("read")).text()).isEqualTo("done");
      }
      assertThat(puppets.left).containsExactly(puppets.made.getFirst());
      Calls.run(hands, B, call("read")); // there is room again
      hands.leave(B);
      assertThat(puppets.left).containsExactlyElementsOf(puppets.made);
      hands.leave(B);
      hands.leave(new SessionId("sesn_none"));
    }
    assertThat(puppets.made).noneMatch(puppet -> puppet.closed);
  }

  @Test
  void leavingAllKeepsThoseWithCallsAndEndsTheIdleOnes() throws Exception {
    try (var hands = hands()) {
      Calls.run(hands, B, call("read"));
      hands.leave();
      puppets.gate = new CountDownLatch(1);
      try (var grip = hands.provision(HandSpec.workspace(A));
          var scope = new Scope()) {
        var _ = scope.fork(() -> grip.execute(call("bash")));
        await().until(() -> puppets.made.getLast().running > 0);
        grip.leave();
      }
      assertThat(puppets.left).containsExactly(puppets.made.getLast());
    }
    assertThat(puppets.made).extracting(puppet -> puppet.closed).containsExactly(true, false);
  }

  @Test
  void attachFindsThatVeryHandAndNoOther() throws Exception {
    var before = hands();
    interrupted(before, true);
    before.close();
    var id = puppets.made.getFirst().id;
    try (var hands = hands(1, Duration.ofMinutes(15))) {
      assertThat(hands.attach(HandSpec.workspace(A), new HandId("hand_other"))).isEmpty();
      assertThat(hands.attach(HandSpec.workspace(B), id)).isEmpty();
      try (var grip = hands.attach(HandSpec.workspace(A), id).orElseThrow()) {
        assertThat(grip.id()).isEqualTo(id);
        try (var same = hands.provision(HandSpec.workspace(A))) {
          assertThat(same.id()).isEqualTo(id);
        }
      }
      assertThat(puppets.made).hasSize(1);
      puppets.made.getFirst().alive = false;
      assertThat(hands.attach(HandSpec.workspace(A), id)).isEmpty();
      assertThat(puppets.made.getFirst().closed).isTrue();
      Calls.run(hands, A, call("read"));
      assertThat(hands.attach(HandSpec.workspace(A), id)).isEmpty();
      assertThat(puppets.made).hasSize(2);
    }
  }

  @Test
  void aHandThatLivesNeedsNoFreePlace() throws Exception {
    var before = hands();
    interrupted(before, true);
    before.close();
    try (var hands = hands(1, Duration.ofMinutes(15));
        var held = hands.provision(HandSpec.workspace(B))) {
      var grip = hands.attach(HandSpec.workspace(A), puppets.made.getFirst().id).orElseThrow();
      hands.release(A);
      assertThat(puppets.made.getFirst().closed).isTrue();
      grip.close();
      assertThat(held.execute(call("read")).text()).isEqualTo("done");
      assertThat(Calls.run(hands, A, call("read")).text()).startsWith("CAPACITY");
    }
  }

  @Test
  void aHandThatAGripIsOnIsNotTakenForWantOfRoom() throws Exception {
    try (var hands = hands(1, Duration.ofMillis(20));
        var grip = hands.provision(HandSpec.workspace(A))) {
      assertThat(Calls.run(hands, B, call("read")).text()).startsWith("CAPACITY");
      assertThat(grip.execute(call("read")).text()).isEqualTo("done");
      assertThat(puppets.made).hasSize(1);
    }
  }

  @Test
  void releaseEndsWhatAnEarlierServerLeftToo() throws Exception {
    try (var hands = hands()) {
      hands.release(A);
      assertThat(puppets.released).containsExactly(A);
    }
  }

  @Test
  void anInterruptReachesTheCall() throws Exception {
    try (var hands = hands()) {
      puppets.gate = new CountDownLatch(1);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> Calls.run(hands, A, call("bash")))
          .isInstanceOf(InterruptedException.class);
    }
  }

  private static Boolean prepare(SandboxPool hands, SessionId session) throws Exception {
    hands.prepare(HandSpec.workspace(session));
    return true;
  }

  @Test
  void aCallFindsTheSandboxThatWasMadeBefore() throws Exception {
    try (var hands = hands()) {
      prepare(hands, A);
      prepare(hands, A);
      assertThat(puppets.made).hasSize(1);
      try (var grip = hands.provision(HandSpec.workspace(A))) {
        assertThat(grip.id()).isEqualTo(puppets.made.getFirst().id);
      }
      assertThat(puppets.made).hasSize(1);
    }
    assertThat(puppets.made.getFirst().closed).isTrue();
  }

  @Test
  void aCallWaitsForTheSandboxThatIsBeingMade() throws Exception {
    var slow = new CountDownLatch(1);
    puppets.slow = slow;
    try (var hands = hands();
        var scope = new Scope()) {
      var prepared = scope.fork(() -> prepare(hands, A));
      await().until(() -> puppets.beingMade.get() == 1);
      var call = scope.fork(() -> Calls.run(hands, A, call("bash")));
      slow.countDown();
      assertThat(prepared.join()).isTrue();
      assertThat(call.join().isError()).isFalse();
      assertThat(puppets.made).hasSize(1);
    }
  }

  @Test
  void aSandboxThatNoCallUsesIsClosedAsIdle() throws Exception {
    try (var hands = hands(10, Duration.ofMillis(40))) {
      prepare(hands, A);
      await().until(() -> puppets.made.getFirst().closed);
    }
  }

  @Test
  void beforeACallNothingIsMadeInAFullHouse() throws Exception {
    try (var hands = hands(1, Duration.ofMinutes(15))) {
      Calls.run(hands, A, call("bash"));
      prepare(hands, B);
      assertThat(puppets.made).hasSize(1).noneMatch(puppet -> puppet.closed);
      Calls.run(hands, B, call("bash"));
      assertThat(puppets.made).hasSize(2);
    }
  }

  @Test
  void whatWasMadeBeforeACallGoesForACallThatWaits() throws Exception {
    var slow = new CountDownLatch(1);
    puppets.slow = slow;
    try (var hands =
            new SandboxPool(
                puppets, HandTap.NONE, 1, Duration.ofMinutes(15), Duration.ofMinutes(1));
        var scope = new Scope()) {
      var prepared = scope.fork(() -> prepare(hands, A));
      await().until(() -> puppets.beingMade.get() == 1);
      var waiting = scope.fork(() -> Calls.run(hands, B, call("read")));
      await().until(() -> hands.waiting() == 1);
      slow.countDown();
      assertThat(prepared.join()).isTrue();
      assertThat(waiting.join().isError()).isFalse();
      assertThat(puppets.made)
          .extracting(puppet -> puppet.session, puppet -> puppet.closed)
          .containsExactly(tuple(A, true), tuple(B, false));
    }
  }

  @Test
  void anAttemptThatIsCutOffOrRefusedTakesNoPlace() throws Exception {
    try (var hands = hands(1, Duration.ofMinutes(15))) {
      puppets.slow = new CountDownLatch(1);
      try (var scope = new Scope()) {
        var _ = scope.fork(() -> prepare(hands, A));
        await().until(() -> puppets.beingMade.get() == 1);
      } // interrupts and waits
      puppets.slow = null;
      puppets.refusal = "no bubblewrap";
      assertThatThrownBy(() -> prepare(hands, A)).isInstanceOf(Sandboxes.Unavailable.class);
      puppets.refusal = null;
      assertThat(puppets.made).isEmpty();
      assertThat(Calls.run(hands, B, call("bash")).isError()).isFalse();
    }
  }

  @Test
  void aSandboxThatIsReleasedOrLeftBeforeTheCallIsNotKept() throws Exception {
    try (var hands = hands()) {
      prepare(hands, A);
      hands.leave(A);
      assertThat(puppets.left).containsExactly(puppets.made.getFirst());
      prepare(hands, B);
      hands.release(B);
      assertThat(puppets.made.getLast().closed).isTrue();
      hands.leave();
      prepare(hands, A);
      assertThat(puppets.made).hasSize(2);
    }
  }

  /// Sandboxes that do what the test says.
  private static final class PuppetSandboxes implements Sandboxes {
    final List<Puppet> made = new CopyOnWriteArrayList<>();
    final List<Puppet> left = new CopyOnWriteArrayList<>();
    final List<SessionId> released = new CopyOnWriteArrayList<>();
    final List<SessionId> discarded = new CopyOnWriteArrayList<>();
    volatile @Nullable String refusal;
    final AtomicInteger beingMade = new AtomicInteger();
    volatile @Nullable CountDownLatch gate;
    volatile @Nullable CountDownLatch slow;
    volatile boolean closed;

    @Override
    public Sandbox provision(HandSpec spec) throws Unavailable, InterruptedException {
      beingMade.incrementAndGet();
      var until = slow;
      if (until != null) {
        until.await();
      }
      var reason = refusal;
      if (reason != null) {
        throw new Unavailable(reason);
      }
      var puppet = new Puppet(this, spec.session());
      made.add(puppet);
      return puppet;
    }

    @Override
    public Optional<Sandbox> attach(HandSpec spec, HandId hand) {
      var found =
          left.stream()
              .filter(one -> one.session.equals(spec.session()) && one.id.equals(hand))
              .findFirst();
      found.ifPresent(left::remove);
      return found.map(one -> one);
    }

    @Override
    public void release(SessionId session) {
      released.add(session);
    }

    @Override
    public void discard(SessionId session) {
      discarded.add(session);
    }

    @Override
    public boolean isElsewhere(SessionId session) {
      return false;
    }

    @Override
    public Optional<String> home(SessionId session) {
      return Optional.empty();
    }

    @Override
    public Set<SessionId> kept() {
      return Set.of(A);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class Puppet implements Sandbox {
    final PuppetSandboxes master;
    final SessionId session;
    final HandId id = new HandId("hand_" + NUMBERS.incrementAndGet());
    final List<EventId> goOn = new CopyOnWriteArrayList<>();
    final List<EventId> cancelled = new CopyOnWriteArrayList<>();
    final List<EventId> stopped = new CopyOnWriteArrayList<>();
    volatile boolean alive = true;
    volatile boolean closed;
    volatile int running;

    @Override
    public void provide(List<SessionResource.Mounted> files, BlobFiles contents) {}

    @Override
    public MemoryPlace memory(String slug) {
      throw new IllegalStateException("there are no memory stores here");
    }

    Puppet(PuppetSandboxes master, SessionId session) {
      this.master = master;
      this.session = session;
    }

    @Override
    public HandId id() {
      return id;
    }

    @Override
    public ToolResult execute(ToolCall call, BooleanSupplier leaves) throws InterruptedException {
      synchronized (this) {
        running++;
      }
      var gate = master.gate;
      if (gate != null && call.name().equals("bash")) {
        try {
          gate.await();
        } catch (InterruptedException e) {
          (leaves.getAsBoolean() ? goOn : cancelled).add(call.id());
          throw e;
        }
      }
      return ToolResult.success("done");
    }

    @Override
    public void stop(EventId call) {
      stopped.add(call);
    }

    @Override
    public Optional<HandFiles> files() {
      return Optional.empty();
    }

    @Override
    public void provideSkills(List<SkillDirectory> skills) {}

    @Override
    public void leave() {
      master.left.add(this);
    }

    @Override
    public boolean isAlive() {
      return alive;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
