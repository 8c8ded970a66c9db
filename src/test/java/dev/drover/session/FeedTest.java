package dev.drover.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Scope;
import dev.drover.session.Feed.Item;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// What waits for a listener is bounded in number and in size.
final class FeedTest {
  private static final SessionId SESSION = new SessionId("sesn_01one");
  private static final int PIECE = 1024 * 1024;

  private final Feed feed = new Feed();

  private static Item item(int length) {
    return new Item.Shown(
        new EventId("sevt_1"), ThreadKey.PRIMARY, "agent.message", "x".repeat(length));
  }

  private void publish(int count, Item item) {
    feed.publish(SESSION, Collections.nCopies(count, item));
  }

  private static int waiting(Feed.Subscription listener) throws InterruptedException {
    int count = 0;
    while (listener.poll(Duration.ZERO) != null) {
      count++;
    }
    return count;
  }

  @Test
  void aListenerIsCutWhenTooManyItemsWait() throws Exception {
    try (var listener = feed.subscribe(SESSION)) {
      publish(Feed.LISTENER_LIMIT, item(10));
      assertThat(listener.isCut()).isFalse();
      publish(1, item(10));
      assertThat(listener.isCut()).isTrue();
      assertThat(waiting(listener)).isEqualTo(Feed.LISTENER_LIMIT);
    }
  }

  @Test
  void aListenerIsCutWhenTooMuchWaits() throws Exception {
    int most = (int) (Feed.LISTENER_CHARACTERS / PIECE);
    try (var listener = feed.subscribe(SESSION)) {
      publish(most, item(PIECE));
      assertThat(listener.isCut()).isFalse();
      publish(1, item(1));
      publish(1, item(0));
      assertThat(listener.isCut()).isTrue();
      assertThat(waiting(listener)).isEqualTo(most);
    }
  }

  @Test
  void whatWasTakenWaitsNoLonger() throws Exception {
    int most = (int) (Feed.LISTENER_CHARACTERS / PIECE);
    var item = item(PIECE);
    try (var listener = feed.subscribe(SESSION)) {
      for (int i = 0; i < 3; i++) {
        publish(most, item);
        assertThat(waiting(listener)).isEqualTo(most);
      }
      assertThat(listener.isCut()).isFalse();
    }
  }

  /// A stream that is opened at this moment would repeat what the listener has received.
  @Test
  void aListenerIsKnownAllTheTimeWhileItLeaves() throws Exception {
    for (int round = 0; round < 300; round++) {
      var message = new EventId("sevt_" + round);
      var listener = feed.subscribe(SESSION);
      feed.publish(
          SESSION,
          List.of(
              new Item.Shown(message, ThreadKey.PRIMARY, "user.message", "{\"processed_at\":null}"),
              item(1)));
      assertThat(waiting(listener)).isEqualTo(2);
      var begun = new CountDownLatch(1);
      try (var scope = new Scope()) {
        scope.fork(
            () -> {
              begun.await();
              listener.close();
              return true;
            });
        begun.countDown();
        for (int look = 0; look < 10; look++) {
          assertThat(feed.heardHere(SESSION, List.of(message))).containsExactly(message);
        }
      }
    }
  }

  /// What a listener does when it has received an item comes later in the figures.
  @Test
  void anItemIsObservedBeforeAListenerReceivesIt() throws Exception {
    var listeners = new ArrayList<Feed.Subscription>();
    var early = new ArrayList<Item>();
    var observed =
        new Feed(
            new Feed.Tap() {
              @Override
              public void published(SessionId session, Item item) {
                try {
                  early.add(listeners.getFirst().poll(Duration.ZERO));
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              }

              @Override
              public void cut() {}
            });
    try (var listener = observed.subscribe(SESSION)) {
      listeners.add(listener);
      observed.publish(SESSION, List.of(item(1), item(1)));
      assertThat(early).containsExactly(null, null);
      assertThat(waiting(listener)).isEqualTo(2);
    }
  }

  @Test
  void aSingleItemIsNeverTooMuch() throws Exception {
    try (var listener = feed.subscribe(SESSION)) {
      publish(1, item((int) Feed.LISTENER_CHARACTERS + 1));
      assertThat(listener.isCut()).isFalse();
      assertThat(waiting(listener)).isEqualTo(1);
    }
  }

  @Test
  void whoHasMoreThanItsShareIsCutWhenAllTogetherHaveTooMuch() throws Exception {
    int share = (int) (Feed.LISTENER_SHARE / PIECE);
    var small = new Feed(Feed.Tap.NONE, 2 * Feed.LISTENER_SHARE);
    var other = new SessionId("sesn_01two");
    try (var slow = small.subscribe(SESSION);
        var healthy = small.subscribe(other)) {
      small.publish(SESSION, Collections.nCopies(2 * share, item(PIECE)));
      assertThat(slow.isCut()).isFalse();
      small.publish(other, Collections.nCopies(share, item(PIECE)));
      assertThat(healthy.isCut()).isFalse();
      small.publish(SESSION, Collections.nCopies(1, item(PIECE)));
      assertThat(slow.isCut()).isTrue();
      assertThat(waiting(slow)).isEqualTo(2 * share);
    }
  }

  @Test
  void whatWaitedForOneThatLeftWaitsNoLonger() throws Exception {
    int share = (int) (Feed.LISTENER_SHARE / PIECE);
    var small = new Feed(Feed.Tap.NONE, 2 * Feed.LISTENER_SHARE);
    for (int i = 0; i < 3; i++) {
      try (var listener = small.subscribe(SESSION)) {
        small.publish(SESSION, Collections.nCopies(2 * share, item(PIECE)));
        assertThat(listener.isCut()).isFalse();
      }
    }
  }
}
