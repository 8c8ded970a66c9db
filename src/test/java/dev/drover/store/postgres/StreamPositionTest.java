package dev.drover.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Inbox;
import dev.drover.session.Queued;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The order in which one node shows what several write, step by step.
final class StreamPositionTest {
  private static final Instant TIME = Instant.EPOCH;

  private final List<String> shown = new ArrayList<>();
  private final StreamPosition place =
      new StreamPosition(items -> items.forEach(item -> shown.add(name(item))));
  private final Event.UserMessage message =
      new Event.UserMessage(new EventId("sevt_1"), Json.arr());
  private final Queued queued =
      new Queued(1, ThreadKey.PRIMARY, message, EventCodec.write(message, null));
  private final List<Stored> log =
      List.of(stored(1, new Event.StatusRunning(new EventId("sevt_2"))), stored(2, message));

  private static String name(Feed.Item item) {
    return switch (item) {
      case Feed.Item.Shown one ->
          one.type() + (one.json().contains("\"processed_at\":null") ? " queued" : "");
      case Feed.Item.PreviewStart _ -> "start";
      case Feed.Item.PreviewText text -> text.text();
    };
  }

  private static Stored stored(long position, Event event) {
    return new Stored(
        position, TIME, ThreadKey.PRIMARY, event, EventCodec.write(event, TIME), null);
  }

  @BeforeEach
  void begin() {
    assertThat(place.begin(() -> new Inbox(0, 0, List.of()))).isTrue();
  }

  @Test
  void nothingIsShownOnceTheLastListenerHasLeft() {
    place.retire();
    assertThat(place.read(log, new Inbox(1, 2, List.of()))).isTrue();
    assertThat(place.preview(2, new Feed.Item.PreviewStart("agent.message", new EventId("sevt_4"))))
        .isTrue();
    assertThat(shown).isEmpty();
  }

  @Test
  void aMessageThatIsReadWhenProcessedIsSeenQueuedBeforeTheSessionRuns() {
    assertThat(place.read(log, new Inbox(1, 2, List.of()))).isTrue();
    assertThat(shown)
        .containsExactly("user.message queued", "session.status_running", "user.message");
  }

  @Test
  void whatThisNodeReceivedIsNotShownQueuedAfterItWasProcessedElsewhere() {
    assertThat(place.read(log, new Inbox(1, 3, List.of()))).as("there is more").isFalse();
    assertThat(place.received(List.of(queued), List.of())).isTrue();
    assertThat(shown)
        .containsExactly("user.message queued", "session.status_running", "user.message");
    assertThat(place.isBehind(2, 1)).isFalse();
  }

  @Test
  void anInboxReadBeforeTheMessageWasProcessedShowsItNoMore() {
    assertThat(place.logged(log)).isTrue();
    assertThat(place.read(List.of(), new Inbox(1, 0, List.of(queued)))).isTrue();
    assertThat(shown)
        .containsExactly("user.message queued", "session.status_running", "user.message");
  }

  @Test
  void whatDoesNotFollowIsLeftToReading() {
    assertThat(place.logged(log.subList(1, 2))).isFalse();
    assertThat(
            place.received(
                List.of(new Queued(2, ThreadKey.PRIMARY, message, queued.json())), List.of()))
        .isFalse();
    assertThat(shown).isEmpty();
  }

  @Test
  void aPreviewWaitsForTheEventsBeforeIt() {
    var id = new EventId("sevt_3");
    assertThat(place.preview(2, new Feed.Item.PreviewStart("agent.message", id))).isFalse();
    assertThat(place.preview(2, new Feed.Item.PreviewText("agent.message", id, 0, "Hi"))).isFalse();
    assertThat(shown).isEmpty();
    assertThat(place.wantsReading()).isTrue();
    assertThat(place.takesReading()).isTrue();
    place.read(log, new Inbox(1, 2, List.of()));
    place.showPreviews(place.previews());
    assertThat(place.preview(2, new Feed.Item.PreviewText("agent.message", id, 0, "!"))).isTrue();
    assertThat(shown.subList(2, shown.size())).containsExactly("user.message", "start", "Hi", "!");
  }

  @Test
  void aPreviewThatComesAfterWhatFollowedItIsLeftOut() {
    var id = new EventId("sevt_3");
    assertThat(place.preview(1, new Feed.Item.PreviewStart("agent.message", id))).isFalse();
    place.read(log, new Inbox(1, 2, List.of()));
    place.showPreviews(place.previews());
    assertThat(place.preview(1, new Feed.Item.PreviewText("agent.message", id, 0, "Hi"))).isTrue();
    assertThat(shown).doesNotContain("start", "Hi");
  }
}
