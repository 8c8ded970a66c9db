package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Resource;
import dev.drover.session.Emitted;
import dev.drover.session.Feed;
import dev.drover.session.Job;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What [Nodes] do to each other: two stores over one place.
abstract class ManyNodesContract extends StoreContract {
  final Feed otherFeed = new Feed();

  Store other;

  /// The same place, seen from another node.
  abstract Store join() throws Exception;

  /// Has nothing been heard of the other node for so long that it is dead.
  abstract void silenceOther() throws Exception;

  @BeforeEach
  final void begin() throws Exception {
    other = join();
    meet();
  }

  @AfterEach
  final void end() {
    other.close();
  }

  /// Each node has heard of the other.
  final void meet() {
    assertThat(other.nodes().beat()).isTrue();
    assertThat(store.nodes().beat()).isTrue();
    assertThat(other.nodes().beat()).isTrue();
  }

  @Override
  final Store reopen() {
    throw new UnsupportedOperationException();
  }

  final Lease sendToOther(SessionId id) {
    return other.eventLog().receive(id, List.of(message("hello")), once()).lease().orElseThrow();
  }

  private Nodes.Member other(List<Nodes.Member> members) {
    return members.stream().filter(member -> !member.self()).findFirst().orElseThrow();
  }

  @Test
  void aNodeLearnsWhichSessionsChangeOnAnother() {
    var changed = ConcurrentHashMap.<SessionId>newKeySet();
    otherFeed.add(
        new Feed.Observer() {
          @Override
          public void changed(SessionId session) {
            changed.add(session);
          }

          @Override
          public void missed() {}
        });
    var session = newSession();
    var lease = send(session, message("hello"));
    try (var _ = otherFeed.subscribe(WORKSPACE)) {
      appended(store.eventLog().emitEvents(lease, emission(become(Status.RUNNING))));
      await().until(() -> changed.contains(session));
    }
  }

  @Test
  void nodesKnowEachOther() {
    sendToOther(newSession());
    var members = store.nodes().members();
    assertThat(members).extracting(Nodes.Member::self).containsExactly(true, false);
    assertThat(members).extracting(Nodes.Member::sessions).containsExactly(0L, 1L);
    assertThat(other.nodes().members())
        .extracting(Nodes.Member::name)
        .containsExactlyElementsOf(members.stream().map(Nodes.Member::name).toList());
  }

  @Test
  void whatADeadNodeHeldIsFreeAndItLearnsOfThat() throws Exception {
    var id = newSession();
    var lease = sendToOther(id);
    assertThat(store.nodes().claim(10)).isEmpty();
    var name = other(store.nodes().members()).name();
    silenceOther();
    assertThat(store.nodes().beat()).isTrue();
    assertThat(store.nodes().members()).extracting(Nodes.Member::self).containsExactly(true);
    assertThat(other.eventLog().emitEvents(lease, emission(answer("zombie"))))
        .isInstanceOf(Emitted.LeaseLost.class);
    assertThat(store.nodes().claim(10)).containsExactly(new Lease(id, lease.epoch() + 1));
    assertThat(other.nodes().beat()).as("it was taken for dead").isFalse();
    assertThat(other.nodes().beat()).isTrue();
    assertThat(other.nodes().held()).isEmpty();
    assertThat(other(store.nodes().members()).name()).isNotEqualTo(name);
    assertThat(other.eventLog().emitEvents(lease, emission(answer("zombie"))))
        .isInstanceOf(Emitted.LeaseLost.class);
    assertThat(store.eventLog().getEvents(id, Slice.after(0, 10))).isEmpty();
  }

  @Test
  void aBuriedNodesLeaseStaysVoidUnderItsNewName() throws Exception {
    var lease = sendToOther(newSession());
    silenceOther();
    store.nodes().beat();
    other.nodes().beat();
    assertThat(other.eventLog().emitEvents(lease, emission(answer("zombie"))))
        .isInstanceOf(Emitted.LeaseLost.class);
    other.eventLog().release(lease);
    assertThat(other.nodes().claim(10)).containsExactly(new Lease(lease.session(), 2));
  }

  @Test
  void aNodeThatBeatsKeepsWhatItHolds() throws Exception {
    var lease = sendToOther(newSession());
    silenceOther();
    assertThat(other.nodes().beat()).as("nobody has buried it").isTrue();
    store.nodes().beat();
    assertThat(store.nodes().claim(10)).isEmpty();
    assertThat(other.nodes().held()).containsExactly(lease);
  }

  @Test
  void nodesThatClaimTogetherShareAndDoubleNothing() throws Exception {
    var sessions = new HashSet<SessionId>();
    for (int i = 0; i < 60; i++) {
      var lease = send(newSession(), message("hello"));
      store.eventLog().release(lease);
      sessions.add(lease.session());
    }
    var together = new CyclicBarrier(8);
    var claimed = new ArrayList<Lease>();
    try (var scope = new Scope()) {
      var claims = new ArrayList<Scope.Task<List<Lease>>>();
      for (int i = 0; i < 8; i++) {
        var nodes = (i % 2 == 0 ? store : other).nodes();
        claims.add(
            scope.fork(
                () -> {
                  together.await();
                  var mine = new ArrayList<Lease>();
                  // Rows that another claim looks at are passed over: empty does not say that all
                  // are taken.
                  for (int empty = 0; empty < 20; ) {
                    var some = nodes.claim(3);
                    empty = some.isEmpty() ? empty + 1 : 0;
                    mine.addAll(some);
                  }
                  return mine;
                }));
      }
      for (var claim : claims) {
        claimed.addAll(claim.join());
      }
    }
    assertThat(claimed)
        .extracting(Lease::session)
        .doesNotHaveDuplicates()
        .hasSameElementsAs(sessions);
    var held = new ArrayList<>(store.nodes().held());
    held.addAll(other.nodes().held());
    assertThat(held).containsExactlyInAnyOrderElementsOf(claimed);
  }

  @Test
  void ofReceiversOnTwoNodesOneHasTheSession() throws Exception {
    var id = newSession();
    var together = new CyclicBarrier(8);
    var leases = new ArrayList<Lease>();
    try (var scope = new Scope()) {
      var sends = new ArrayList<Scope.Task<Optional<Lease>>>();
      for (int i = 0; i < 8; i++) {
        var log = (i % 2 == 0 ? store : other).eventLog();
        sends.add(
            scope.fork(
                () -> {
                  together.await();
                  return log.receive(id, List.of(message("hello")), once()).lease();
                }));
      }
      for (var send : sends) {
        send.join().ifPresent(leases::add);
      }
    }
    assertThat(leases).containsExactly(new Lease(id, 1));
    assertThat(store.eventLog().inbox(id).received()).isEqualTo(8);
  }

  @Test
  void newsReachTheOtherNode() {
    Set<SessionId> changed = ConcurrentHashMap.newKeySet();
    Set<SessionId> freed = ConcurrentHashMap.newKeySet();
    other
        .nodes()
        .onNews(
            new Nodes.News() {
              @Override
              public void changed(SessionId session) {
                changed.add(session);
              }

              @Override
              public void freed(SessionId session) {
                freed.add(session);
              }
            });
    var lease = send(newSession(), message("hello"));
    // The other may have begun to listen only now: what was said before is lost to it.
    await()
        .until(
            () -> {
              store.eventLog().receive(lease.session(), List.of(message("again")), once());
              return changed.contains(lease.session());
            });
    assertThat(freed).isEmpty();
    store.eventLog().release(lease);
    await().until(() -> freed.contains(lease.session()));
    var held = send(newSession(), message("hello"));
    store.nodes().leave();
    await().until(() -> freed.contains(held.session()));
    assertThat(other.nodes().claim(10))
        .extracting(Lease::session)
        .containsExactlyInAnyOrder(lease.session(), held.session());
  }

  @Test
  void ofManyWithOneNameOneIsMade() throws Exception {
    for (int round = 0; round < 25; round++) {
      var content =
          new Environment(
              "name " + round, null, new Environment.Networking.Unrestricted(), Map.of());
      assertThat(
              outcomes(
                  node -> {
                    var id = ids.next(Environment.KIND.prefix());
                    node.catalogs()
                        .of(Environment.KIND)
                        .create(new Resource<>(id, WORKSPACE, content, clock.instant()));
                    return "made";
                  }))
          .containsExactlyInAnyOrder("made", "CONFLICT", "CONFLICT", "CONFLICT");
    }
  }

  @Test
  void ofManyUpdatesOnBothNodesNoneIsLost() throws Exception {
    var first = new Agent(definition("first"), Map.of());
    var id = ids.next(Agent.KIND.prefix());
    store.catalogs().of(Agent.KIND).create(new Resource<>(id, WORKSPACE, first, clock.instant()));
    for (int round = 0; round < 25; round++) {
      int known = 1 + round * 4;
      assertThat(
              outcomes(
                  node ->
                      String.valueOf(
                          node.catalogs()
                              .of(Agent.KIND)
                              .update(WORKSPACE, id, clock.instant(), this::next)
                              .version())))
          .containsExactlyInAnyOrder(
              "" + (known + 1), "" + (known + 2), "" + (known + 3), "" + (known + 4));
    }
    var latest = other.catalogs().of(Agent.KIND).get(WORKSPACE, id);
    assertThat(latest.version()).isEqualTo(101);
    assertThat(latest.content().metadata()).containsEntry("after", "100");
  }

  private Agent next(Resource<Agent> before) {
    return new Agent(
        before.content().definition(), Map.of("after", String.valueOf(before.version())));
  }

  /// What nodes do now and then, in case that a hint was lost.
  final void look() {
    store.nodes().beat();
    other.nodes().beat();
  }

  @Test
  void listenersOnBothNodesSeeTheLogOfSessionsThatWander() throws Exception {
    new FeedAcrossNodes(this).run();
  }

  private interface Making {
    String by(Store node);
  }

  /// What becomes of the same, done four times at once, on both nodes.
  private List<String> outcomes(Making making) throws Exception {
    var together = new CyclicBarrier(4);
    try (var scope = new Scope()) {
      var tasks = new ArrayList<Scope.Task<String>>();
      for (int i = 0; i < 4; i++) {
        var node = i % 2 == 0 ? store : other;
        tasks.add(
            scope.fork(
                () -> {
                  together.await();
                  try {
                    return making.by(node);
                  } catch (Problem problem) {
                    return problem.kind().name();
                  }
                }));
      }
      var outcomes = new ArrayList<String>();
      for (var task : tasks) {
        outcomes.add(task.join());
      }
      return outcomes;
    }
  }

  @Test
  void aJobIsClaimedByOneNodeAndFreeWhenThatOneIsDead() throws Exception {
    store.jobs().owe(new Job.Order("test", "a", Json.EMPTY, false));
    var first = other.jobs().claim(Set.of("test"), 9).getFirst();
    assertThat(store.nodes().beat()).isTrue();
    assertThat(store.jobs().claim(Set.of("test"), 9)).isEmpty();
    silenceOther();
    store.nodes().beat();
    var second = store.jobs().claim(Set.of("test"), 9).getFirst();
    assertThat(second.tries()).isEqualTo(2);
    assertThat(second.epoch()).isGreaterThan(first.epoch());
    assertThat(other.jobs().done(first)).as("a claim of the dead").isFalse();
    assertThat(other.jobs().retry(first, "late", Duration.ZERO)).isFalse();
    assertThat(other.jobs().park(first, "late")).isFalse();
    assertThat(other.jobs().done(second)).as("the claim of another node").isFalse();
    assertThat(store.jobs().done(second)).isTrue();
    assertThat(store.jobs().tally().owed()).isZero();
  }

  @Test
  void aJobOfANodeThatLeavesIsFreeAtOnce() {
    store.jobs().owe(new Job.Order("test", "a", Json.EMPTY, false));
    assertThat(other.jobs().claim(Set.of("test"), 9)).hasSize(1);
    other.nodes().leave();
    assertThat(other.jobs().claim(Set.of("test"), 9)).isEmpty();
    assertThat(store.jobs().claim(Set.of("test"), 9)).hasSize(1);
  }

  @Test
  void jobsThatManyNodesWantAtOnceGoToOneEach() throws Exception {
    for (int i = 0; i < 40; i++) {
      store.jobs().owe(new Job.Order("test", "key " + i, Json.EMPTY, false));
    }
    var claimed = ConcurrentHashMap.<Long>newKeySet();
    try (var scope = new Scope()) {
      for (var node : List.of(store, other, store, other)) {
        scope.fork(
            () -> {
              for (var jobs = node.jobs().claim(Set.of("test"), 3);
                  !jobs.isEmpty();
                  jobs = node.jobs().claim(Set.of("test"), 3)) {
                jobs.forEach(job -> assertThat(claimed.add(job.number())).isTrue());
              }
              return true;
            });
      }
    }
    store.jobs().claim(Set.of("test"), 40).forEach(job -> claimed.add(job.number()));
    assertThat(claimed).hasSize(40);
  }
}
