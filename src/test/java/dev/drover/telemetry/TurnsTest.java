package dev.drover.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import dev.drover.store.memory.MemoryStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is followed of a session does not outlive its work.
final class TurnsTest {
  private static final SessionId NOBODY = new SessionId("sesn_1");

  private final Meters meters = new Meters(Set.of("bash"));
  private final MeteredLog.Seam seam = new MeteredLog.Seam(meters);
  private final Ids ids = new Ids(new Random(1));
  private final Feed feed = new Feed(seam.tap());
  private final MemoryStore store = new MemoryStore(feed, ids, InstantSource.system());
  private final EventLog log = seam.around(store.eventLog());
  private final Turns turns = (Turns) seam.tap();

  @AfterEach
  void stop() {
    store.close();
  }

  private Event.UserMessage message() {
    return new Event.UserMessage(new EventId(ids.next(EventId.PREFIX)), Json.arr());
  }

  private String figure(String name) {
    return meters
        .metrics()
        .text()
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .findFirst()
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .orElse("none");
  }

  @Test
  void whatWasRefusedDoesNotWait() {
    assertThatThrownBy(() -> log.receive(NOBODY, List.of(message()), new Delivery("f", false)))
        .isInstanceOf(Problem.class);
    assertThat(figure("drover_inbox_events")).isEqualTo("0");
    feed.publish(NOBODY, List.of(shown("agent.message")));
    assertThat(figure("drover_time_to_first_token_seconds_count")).isEqualTo("0");
    assertThat(figure("drover_events_received_total")).isEqualTo("none");
  }

  @Test
  void theFirstThatIsHeardIsMeasuredOnce() {
    turns.asked(NOBODY, 2, 2);
    assertThat(figure("drover_inbox_events")).isEqualTo("2");
    turns.taken(NOBODY, 1);
    var start = new Feed.Item.PreviewStart("agent.message", new EventId("sevt_1"));
    feed.publish(NOBODY, List.of(start, start));
    assertThat(figure("drover_time_to_first_token_seconds_count")).isEqualTo("1");
    assertThat(figure("drover_inbox_events")).isEqualTo("1");
  }

  @Test
  void aDeletedSessionWaitsForNothing() {
    turns.asked(NOBODY, 3, 1);
    feed.publish(NOBODY, List.of(shown("session.deleted")));
    assertThat(figure("drover_inbox_events")).isEqualTo("0");
    turns.taken(NOBODY, 3);
    assertThat(figure("drover_inbox_events")).isEqualTo("0");
  }

  @Test
  void aMessageThatComesAsTheTurnEndsIsStillMeasured() {
    turns.appended(NOBODY, new Event.StatusRunning(new EventId("sevt_1")));
    turns.asked(NOBODY, 1, 1);
    turns.rested(NOBODY);
    feed.publish(NOBODY, List.of(shown("agent.tool_use")));
    assertThat(figure("drover_time_to_first_token_seconds_count")).isEqualTo("1");
  }

  private static Feed.Item.Shown shown(String type) {
    return new Feed.Item.Shown(new EventId("sevt_1"), ThreadKey.PRIMARY, type, "{}");
  }
}
