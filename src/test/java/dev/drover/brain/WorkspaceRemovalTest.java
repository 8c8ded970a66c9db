package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.errands.WorkspaceRemoval;
import dev.drover.session.Feed;
import dev.drover.session.Job;
import dev.drover.session.SessionId;
import dev.drover.store.Store;
import dev.drover.store.memory.MemoryStore;
import dev.drover.testing.PuppetHand;
import dev.drover.testing.Stage;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is removed of sessions that were deleted, and what is not.
final class WorkspaceRemovalTest {
  private static final SessionId STRANGER = new SessionId("sesn_01OfAnotherDatabase");

  private final Stage stage = new Stage();
  private final SessionId session = stage.session();

  @AfterEach
  void close() {
    stage.close();
  }

  private static void look(Store store, PuppetHand hand) {
    var removal = new WorkspaceRemoval(store.jobs(), hand);
    var runner = new JobRunner(store.jobs(), Map.of(Job.REMOVE_WORKSPACE, removal), Pause.REAL);
    runner.look(true);
    runner.work();
  }

  private void look(PuppetHand hand) {
    look(stage.store(), hand);
  }

  private void delete() {
    stage.store().sessions().delete(Stage.WORKSPACE, session);
  }

  @Test
  void whatADeletedSessionLeftIsRemovedAndNothingElse() {
    var hand = new PuppetHand().keeps(session).keeps(STRANGER);
    look(hand);
    assertThat(hand.discarded()).isEmpty();
    delete();
    look(hand);
    assertThat(hand.discarded()).containsExactly(session);
    assertThat(hand.kept()).containsExactly(STRANGER);
    look(hand);
    assertThat(hand.discarded()).hasSize(1);
    assertThat(stage.store().jobs().tally().owed()).isZero();
  }

  /// A brain that did not know of the delete has made a sandbox.
  @Test
  void whatComesBackIsRemovedAgain() {
    var hand = new PuppetHand().keeps(session);
    delete();
    look(hand);
    hand.keeps(session);
    look(hand);
    assertThat(hand.kept()).isEmpty();
    assertThat(stage.store().jobs().tally().owed()).isZero();
  }

  @Test
  void everyNodeRemovesTheCopyThatItHas() {
    var memory = (MemoryStore) stage.store();
    var here = new PuppetHand();
    delete();
    look(here);
    for (var place : List.of("there", "elsewhere")) {
      var hand = new PuppetHand().keeps(session);
      look(memory.join(place, new Feed(), new Ids(new Random(9)), InstantSource.system()), hand);
      assertThat(hand.discarded()).as(place).containsExactly(session);
      assertThat(hand.kept()).isEmpty();
    }
    assertThat(stage.store().jobs().tally().owed()).isZero();
  }

  @Test
  void whatCannotBeRemovedStaysOwed() {
    var stubborn =
        new PuppetHand() {
          @Override
          public void discard(SessionId session) {}
        };
    stubborn.keeps(session);
    delete();
    look(stubborn);
    assertThat(stage.store().jobs().tally().owed()).isEqualTo(1);
  }
}
