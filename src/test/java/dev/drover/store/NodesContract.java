package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.session.Emitted;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What every [Nodes] does, seen by one node that is alone. [ManyNodesContract] has two.
abstract class NodesContract extends StoreContract {
  private Nodes nodes() {
    return store.nodes();
  }

  /// A session that owes work and that nobody holds.
  private SessionId unfinished() {
    var id = newSession();
    store.eventLog().release(send(id, message("hello")));
    return id;
  }

  @Test
  void aNodeThatBeatsIsAMember() {
    assertThat(nodes().beat()).isTrue();
    assertThat(nodes().members())
        .singleElement()
        .satisfies(
            member -> {
              assertThat(member.self()).isTrue();
              assertThat(member.name()).startsWith("node_");
              assertThat(member.pid()).isEqualTo(ProcessHandle.current().pid());
              assertThat(member.silent()).isBetween(Duration.ZERO, Duration.ofHours(1));
              assertThat(member.sessions()).isZero();
            });
    send(newSession(), message("hello"));
    assertThat(nodes().members().getFirst().sessions()).isEqualTo(1);
  }

  @Test
  void whatOwesWorkIsClaimedOnce() {
    newSession();
    var id = unfinished();
    var leases = nodes().claim(10);
    assertThat(leases).containsExactly(new Lease(id, 2));
    assertThat(nodes().claim(10)).isEmpty();
    assertThat(store.eventLog().emitEvents(leases.getFirst(), emission(answer("a"))))
        .isInstanceOf(Emitted.Appended.class);
  }

  @Test
  void aClaimTakesNoMoreThanItMay() {
    for (int i = 0; i < 5; i++) {
      unfinished();
    }
    assertThat(nodes().claim(2)).hasSize(2);
    assertThat(nodes().claim(2)).hasSize(2);
    assertThat(nodes().claim(2)).hasSize(1);
  }

  @Test
  void aClaimWhoseAnswerWasLostIsFound() {
    var lost = send(newSession(), message("hello"));
    var released = send(newSession(), message("hello"));
    store.eventLog().release(released);
    assertThat(nodes().held()).containsExactly(lost);
    assertThat(nodes().beat()).isTrue();
    assertThat(nodes().held()).as("a living node loses nothing").containsExactly(lost);
  }

  @Test
  void aNodeThatDrainsReceivesAndClaimsNothing() {
    var held = send(newSession(), message("hello"));
    var free = unfinished();
    var id = newSession();
    nodes().drain();
    assertThat(store.eventLog().receive(id, List.of(message("late")), once()).lease()).isEmpty();
    assertThat(store.eventLog().inbox(id).queued()).hasSize(1);
    assertThat(store.eventLog().claim(free)).isEmpty();
    assertThat(nodes().claim(10)).isEmpty();
    assertThat(nodes().held()).containsExactly(held);
    assertThat(append(held, answer("to the end"))).hasSize(1);
    assertThat(store.eventLog().unfinished()).containsExactlyInAnyOrder(free, id);
  }

  @Test
  void aNodeThatLeavesHoldsNothing() {
    var held = send(newSession(), message("hello"));
    nodes().leave();
    assertThat(nodes().members()).isEmpty();
    assertThat(nodes().held()).isEmpty();
    assertThat(nodes().claim(10)).isEmpty();
    assertThat(store.eventLog().unfinished()).containsExactly(held.session());
    assertThat(store.eventLog().emitEvents(held, emission(answer("late"))))
        .isInstanceOf(Emitted.LeaseLost.class);
  }
}
