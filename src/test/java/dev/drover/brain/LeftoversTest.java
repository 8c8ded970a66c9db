package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.testing.PuppetHand;
import dev.drover.testing.SessionsView;
import dev.drover.testing.Stage;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is removed of sessions that were deleted, and what is not.
final class LeftoversTest {
  private static final SessionId STRANGER = new SessionId("sesn_01OfAnotherDatabase");
  private static final Pause NEVER = _ -> new Semaphore(0).acquire();

  private final Stage stage = new Stage();
  private final Sessions sessions = stage.store().sessions();
  private final SessionId session = stage.session();

  @AfterEach
  void close() {
    stage.close();
  }

  private static void look(Sessions sessions, PuppetHand hand) {
    new Leftovers(sessions, hand, NEVER).look();
  }

  @Test
  void whatADeletedSessionLeftIsRemovedAndNothingElse() {
    var hand = new PuppetHand().keeps(session).keeps(STRANGER);
    look(sessions, hand);
    assertThat(hand.discarded()).isEmpty();
    sessions.delete(Stage.WORKSPACE, session);
    look(sessions, hand);
    assertThat(hand.discarded()).containsExactly(session);
    assertThat(hand.kept()).containsExactly(STRANGER);
    look(sessions, hand);
    assertThat(hand.discarded()).hasSize(1);
  }

  /// As when a server cannot listen.
  @Test
  void whatHasNotBegunCanBeClosed() {
    new Leftovers(sessions, new PuppetHand(), NEVER).close();
  }

  @Test
  void everyNodeRemovesTheCopyThatItHas() {
    var here = new PuppetHand().keeps(session);
    var without = new PuppetHand();
    var there = new PuppetHand().keeps(session);
    sessions.delete(Stage.WORKSPACE, session);
    for (var hand : new PuppetHand[] {without, here, there}) {
      look(sessions, hand);
      assertThat(hand.kept()).isEmpty();
    }
    assertThat(without.discarded()).isEmpty();
    assertThat(there.discarded()).containsExactly(session);
  }

  @Test
  void itLooksAtOnceAndAgainUntilItIsClosedThoughTheStoreFailsMeanwhile() {
    var hand = new PuppetHand().keeps(session);
    sessions.delete(Stage.WORKSPACE, session);
    var away = new Away(sessions, new AtomicInteger(2));
    var go = new Semaphore(0);
    try (var leftovers = new Leftovers(away, hand, _ -> go.acquire())) {
      leftovers.start();
      go.release();
      await().until(() -> away.left.get() == 0);
      assertThat(hand.kept()).containsExactly(session);
      go.release();
      await().until(() -> hand.kept().isEmpty());
    }
    go.release();
    hand.keeps(session);
    assertThat(hand.discarded()).hasSize(1);
    assertThat(hand.kept()).containsExactly(session);
  }

  /// Fails so often.
  private record Away(Sessions sessions, AtomicInteger left) implements SessionsView {
    @Override
    public Set<SessionId> deleted(Collection<SessionId> among) {
      if (left.get() > 0) {
        left.decrementAndGet();
        throw Problem.unavailable("the store is away", new IllegalStateException());
      }
      return sessions.deleted(among);
    }
  }
}
