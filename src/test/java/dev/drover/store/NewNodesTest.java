package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two nodes that have just started, and beat once: the first one has not counted the second, and
/// its next beat never comes.
@Timeout(120)
@Tag("database")
final class NewNodesTest extends StoreContract {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension static final EmptyDatabase DATABASE = new EmptyDatabase();

  private final Feed otherFeed = new Feed();
  private Store other;

  @Override
  Store open() throws StoreUnusable {
    return DATABASE.open(feed, new Ids(new Random(1)), InstantSource.system());
  }

  @Override
  Store reopen() {
    throw new UnsupportedOperationException();
  }

  @BeforeEach
  void begin() throws Exception {
    store.nodes().beat();
    other = DATABASE.open(otherFeed, new Ids(new Random(2)), InstantSource.system());
    other.nodes().beat();
  }

  @AfterEach
  void end() {
    other.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aListenerIsShownWhatTheOtherNodeWritesAndThatNodeLearnsOfIt(boolean onFirst)
      throws Exception {
    var here = onFirst ? feed : otherFeed;
    var elsewhere = onFirst ? otherFeed : feed;
    var writer = onFirst ? other : store;
    for (int turn = 0; turn < 5; turn++) {
      var id = newSession();
      var message = message("hello");
      try (var subscription = here.subscribe(id)) {
        var lease = writer.eventLog().receive(id, List.of(message), once()).lease().orElseThrow();
        writer.eventLog().emitEvents(lease, emission(message, answer("hi")));
        awaitAnswer(subscription, id);
      }
      assertThat(elsewhere.heard(id, List.of(message.id()))).containsExactly(message.id());
    }
  }

  private static void awaitAnswer(Feed.Subscription subscription, SessionId session)
      throws InterruptedException {
    while (true) {
      var item = subscription.poll(PATIENCE);
      assertThat(item).as("what follows in " + session).isNotNull();
      if (item instanceof Feed.Item.Shown shown && shown.type().equals("agent.message")) {
        return;
      }
    }
  }
}
