package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class SandboxPoolTest {
  private static final SessionId A = new SessionId("sesn_a");
  private static final SessionId B = new SessionId("sesn_b");

  private final PuppetSandboxes puppets = new PuppetSandboxes();

  private SandboxPool hands(int most, Duration idle) {
    return new SandboxPool(puppets, most, idle, Duration.ofMillis(100));
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
      hands.execute(A, call("bash"));
      assertThat(puppets.made).hasSize(1);
    }
  }

  @Test
  void aSessionKeepsItsSandboxAndSharesItWithNoOther() throws Exception {
    try (var hands = hands()) {
      hands.execute(A, call("bash"));
      hands.execute(A, call("bash"));
      hands.execute(B, call("bash"));
      assertThat(puppets.made).extracting(puppet -> puppet.session).containsExactly(A, B);
    }
  }

  @Test
  void parallelFirstCallsShareOneSandbox() throws Exception {
    try (var hands = hands();
        var scope = new Scope()) {
      var tasks =
          IntStream.range(0, 50)
              .mapToObj(_ -> scope.fork(() -> hands.execute(A, call("bash"))))
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
      hands.execute(A, call("bash"));
      puppets.made.getFirst().alive = false;
      assertThat(hands.execute(A, call("bash")).isError()).isFalse();
      assertThat(puppets.made).hasSize(2);
      assertThat(puppets.made.getFirst().closed).isTrue();
    }
  }

  @Test
  void aReadThatLostItsSandboxIsReadAgainInANewOne() throws Exception {
    try (var hands = hands()) {
      puppets.losses = 1;
      assertThat(hands.execute(A, call("read")).text()).isEqualTo("done");
      assertThat(puppets.made).hasSize(2);
    }
  }

  @Test
  void aReadThatLosesTwoSandboxesIsLost() throws Exception {
    try (var hands = hands()) {
      puppets.losses = 2;
      assertThat(hands.execute(A, call("grep")).lost()).isTrue();
      assertThat(puppets.made).hasSize(2);
    }
  }

  @Test
  void aCommandThatLostItsSandboxIsNotRunAgain() throws Exception {
    try (var hands = hands()) {
      for (var tool : List.of("bash", "write", "edit")) {
        puppets.losses = 1;
        assertThat(hands.execute(A, call(tool)).lost()).isTrue();
      }
      assertThat(puppets.made).hasSize(3);
    }
  }

  @Test
  void noSandboxIsAnErrorForTheModel() throws Exception {
    try (var hands = hands()) {
      puppets.refusal = "no bubblewrap";
      var result = hands.execute(A, call("bash"));
      assertThat(result).isEqualTo(ToolResult.error("no bubblewrap"));
      puppets.refusal = null;
      assertThat(hands.execute(A, call("bash")).isError()).isFalse();
    }
  }

  @Test
  void aRefusedSandboxTakesNoPlace() throws Exception {
    try (var hands = hands(1, Duration.ofMinutes(15))) {
      puppets.refusal = "no bubblewrap";
      hands.execute(A, call("bash"));
      hands.execute(B, call("bash"));
      puppets.refusal = null;
      assertThat(hands.execute(A, call("bash")).isError()).isFalse();
    }
  }

  @Test
  void anIdleSandboxIsClosed() throws Exception {
    try (var hands = hands(10, Duration.ofMillis(40))) {
      hands.execute(A, call("bash"));
      await().until(() -> puppets.made.getFirst().closed);
      hands.execute(A, call("bash"));
      assertThat(puppets.made).hasSize(2);
    }
  }

  @Test
  void aSandboxAtWorkIsNotIdle() throws Exception {
    try (var hands = hands(10, Duration.ofMillis(20));
        var scope = new Scope()) {
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      var slow = scope.fork(() -> hands.execute(A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      hands.execute(B, call("read"));
      await().until(() -> puppets.made.getLast().closed);
      assertThat(puppets.made.getFirst().closed).isFalse();
      gate.countDown();
      assertThat(slow.join().isError()).isFalse();
    }
  }

  @Test
  void aFullHouseTakesThePlaceOfTheLongestIdle() throws Exception {
    try (var hands = hands(2, Duration.ofMinutes(15))) {
      hands.execute(A, call("bash"));
      hands.execute(B, call("bash"));
      hands.execute(new SessionId("sesn_c"), call("bash"));
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
      var slow = scope.fork(() -> hands.execute(A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      var refused = hands.execute(B, call("bash"));
      assertThat(refused.isError()).isTrue();
      assertThat(refused.text()).startsWith("CAPACITY: all 1 sandboxes");
      gate.countDown();
      slow.join();
    }
  }

  @Test
  void whoWaitsForAPlaceGetsTheNextThatBecomesIdle() throws Exception {
    try (var hands = new SandboxPool(puppets, 1, Duration.ofMinutes(15), Duration.ofMinutes(1));
        var scope = new Scope()) {
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      var first = scope.fork(() -> hands.execute(A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      var second = scope.fork(() -> hands.execute(B, call("read")));
      await().until(() -> hands.waiting() == 1);
      gate.countDown();
      assertThat(first.join().isError()).isFalse();
      assertThat(second.join().isError()).isFalse();
    }
  }

  @Test
  void releaseEndsTheWaitForAPlace() throws Exception {
    try (var hands = new SandboxPool(puppets, 1, Duration.ofMinutes(15), Duration.ofHours(1));
        var scope = new Scope()) {
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      var first = scope.fork(() -> hands.execute(A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      var waiting = scope.fork(() -> hands.execute(B, call("read")));
      await().until(() -> hands.waiting() == 1);
      hands.release(B);
      var released = waiting.join();
      assertThat(released.isError()).isTrue();
      assertThat(released.text()).contains("released while this call waited", "did not run");
      assertThat(hands.waiting()).isZero();
      gate.countDown();
      first.join();
      assertThat(hands.execute(B, call("read")).text()).isEqualTo("done");
    }
  }

  /// Often: the place of the sandbox that is closed first must not go to who still waits.
  @RepeatedTest(10)
  void closingEndsTheWaitForAPlace() throws Exception {
    try (var scope = new Scope()) {
      var hands = new SandboxPool(puppets, 1, Duration.ofMinutes(15), Duration.ofHours(1));
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      var first = scope.fork(() -> hands.execute(A, call("bash")));
      await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
      var waiting = scope.fork(() -> hands.execute(B, call("read")));
      await().until(() -> hands.waiting() == 1);
      hands.close();
      assertThat(waiting.join().isError()).isTrue();
      gate.countDown();
      first.join();
    }
  }

  @Test
  void anInterruptedWaitTakesNoPlace() throws Exception {
    try (var hands = new SandboxPool(puppets, 1, Duration.ofMinutes(15), Duration.ofHours(1))) {
      var gate = new CountDownLatch(1);
      puppets.gate = gate;
      try (var outer = new Scope()) {
        var first = outer.fork(() -> hands.execute(A, call("bash")));
        await().until(() -> !puppets.made.isEmpty() && puppets.made.getFirst().running > 0);
        try (var inner = new Scope()) {
          var _ = inner.fork(() -> hands.execute(B, call("read")));
          await().until(() -> hands.waiting() == 1);
        } // interrupts and waits
        assertThat(hands.waiting()).isZero();
        gate.countDown();
        first.join();
      }
      assertThat(hands.execute(B, call("read")).text()).isEqualTo("done");
    }
  }

  @Test
  void releaseClosesTheSandboxAndKeepsTheWorkspace() throws Exception {
    try (var hands = hands()) {
      hands.execute(A, call("bash"));
      hands.release(A);
      hands.release(A);
      assertThat(puppets.made.getFirst().closed).isTrue();
      assertThat(puppets.discarded).isEmpty();
      hands.execute(A, call("bash"));
      assertThat(puppets.made).hasSize(2);
    }
  }

  @Test
  void discardRemovesTheWorkspaceToo() throws Exception {
    try (var hands = hands()) {
      hands.execute(A, call("bash"));
      hands.discard(A);
      assertThat(puppets.made.getFirst().closed).isTrue();
      assertThat(puppets.discarded).containsExactly(A);
    }
  }

  @Test
  void closingClosesEverySandbox() throws Exception {
    var hands = hands();
    hands.execute(A, call("bash"));
    hands.execute(B, call("bash"));
    hands.close();
    assertThat(puppets.made).allMatch(puppet -> puppet.closed);
    assertThat(puppets.closed).isTrue();
    assertThat(hands.execute(A, call("bash")).text()).contains("stopping");
  }

  @Test
  void anInterruptReachesTheCall() throws Exception {
    try (var hands = hands()) {
      puppets.gate = new CountDownLatch(1);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> hands.execute(A, call("bash")))
          .isInstanceOf(InterruptedException.class);
    }
  }

  /// Sandboxes that do what the test says.
  private static final class PuppetSandboxes implements Sandboxes {
    final List<Puppet> made = new CopyOnWriteArrayList<>();
    final List<SessionId> discarded = new CopyOnWriteArrayList<>();
    volatile @Nullable String refusal;
    volatile @Nullable CountDownLatch gate;
    volatile int losses;
    volatile boolean closed;

    @Override
    public Sandbox provision(Resources resources) throws Unavailable {
      var reason = refusal;
      if (reason != null) {
        throw new Unavailable(reason);
      }
      var puppet = new Puppet(this, resources.session());
      made.add(puppet);
      return puppet;
    }

    @Override
    public void discard(SessionId session) {
      discarded.add(session);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class Puppet implements Sandbox {
    final PuppetSandboxes master;
    final SessionId session;
    volatile boolean alive = true;
    volatile boolean closed;
    volatile int running;

    Puppet(PuppetSandboxes master, SessionId session) {
      this.master = master;
      this.session = session;
    }

    @Override
    public ToolResult execute(ToolCall call) throws InterruptedException {
      synchronized (this) {
        if (master.losses > 0) {
          master.losses--;
          alive = false;
          return ToolResult.lost("lost");
        }
        running++;
      }
      var gate = master.gate;
      if (gate != null && call.name().equals("bash")) {
        gate.await();
      }
      return ToolResult.success("done");
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
