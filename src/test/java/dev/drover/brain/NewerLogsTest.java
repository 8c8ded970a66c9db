package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inbox;
import dev.drover.session.ModelUsage;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.ThreadId;
import dev.drover.session.ThreadKey;
import dev.drover.session.Usage;
import dev.drover.testing.Stage;
import dev.drover.testing.TomorrowsEvents;
import dev.drover.wire.EventCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a brain does with a log that a newer version has written.
final class NewerLogsTest {
  private static Stored stored(long position, Json.Obj event) {
    var json = event.toString();
    var at = Instant.ofEpochSecond(position);
    return new Stored(position, at, ThreadKey.PRIMARY, EventCodec.read(json), json, null);
  }

  /// A log with one event of each type, but for that of one, which is in the place of its own.
  private static List<Stored> log(Json.Obj variant) {
    var log = new ArrayList<Stored>();
    for (var event : TomorrowsEvents.plain()) {
      boolean here = String.valueOf(variant.text("type")).startsWith(event.text("type") + "");
      log.add(stored(log.size() + 1, here ? variant : event));
    }
    return log;
  }

  @ParameterizedTest
  @MethodSource("dev.drover.testing.TomorrowsEvents#byType")
  void anyVariantIsFoldedPlannedAndRendered(Map.Entry<String, List<Json.Obj>> type) {
    type.getValue().forEach(NewerLogsTest::assertIsTaken);
  }

  private static void assertIsTaken(Json.Obj variant) {
    var log = log(variant);
    var fold = new SessionFold(0, Usage.NONE, Optional.empty());
    for (var stored : log) {
      fold.addAll(List.of(stored));
      assertThat(
              Plan.next(
                  fold.thread(ThreadKey.PRIMARY),
                  new Inbox(0, stored.position(), List.of()),
                  false,
                  9))
          .isNotNull();
    }
    assertThat(fold.position()).isEqualTo(log.size());
    var rendered = new ChapterView(false).messages(slices -> slices.accept(log));
    assertThat(rendered.messages().items()).isNotEmpty();
  }

  @Test
  void aBlockOfTomorrowBecomesANote() {
    var event =
        new Event.UserMessage(
            new EventId("sevt_1"),
            Json.arr(
                Json.obj("type", "text", "text", "look"),
                Json.obj("type", "video", "source", Json.obj("type", "file", "file_id", "f"))));
    var log = new Stored(1, Instant.EPOCH, ThreadKey.PRIMARY, event, "", null);
    var rendered = new ChapterView(false).messages(slices -> slices.accept(List.of(log)));
    assertThat(rendered.messages().toString())
        .contains("look")
        .contains("[a block of type video was left out: this version of Drover does not know it]")
        .doesNotContain("file_id");
  }

  @Test
  void anEventThatCannotBeReadStopsTheBrain() {
    var damaged = new Event.Damaged(new EventId("sevt_damaged1"), "it is cut off");
    var log = new Stored(1, Instant.EPOCH, ThreadKey.PRIMARY, damaged, "", null);
    var fold = new SessionFold(0, Usage.NONE, Optional.empty());
    assertThatThrownBy(() -> fold.addAll(List.of(log))).hasMessageContaining("it is cut off");
    assertThatThrownBy(() -> new ChapterView(false).messages(slices -> slices.accept(List.of(log))))
        .hasMessageContaining("it is cut off");
  }

  /// A turn that a newer node has left standing: its call has no result.
  private static EventId pausedByTomorrow(Stage stage) {
    var message = stage.message("do it");
    stage.receive(message);
    var lease = stage.store().eventLog().claim(stage.session()).orElseThrow();
    var start = stage.interruptId();
    var use = stage.interruptId();
    var reason = new StopReason.Other(Json.obj("type", "waits_for_worker", "event_ids", List.of()));
    var events =
        List.of(
            new Event.StatusRunning(stage.interruptId()),
            message,
            new Event.ModelRequestStart(start),
            new Event.AgentToolUse(
                use, "bash", Json.obj("command", "ls"), Event.Permission.ALLOWED),
            new Event.ModelRequestEnd(stage.interruptId(), start, false, ModelUsage.NONE),
            new Event.ThreadIdle(stage.interruptId(), new ThreadId("sthr_1"), "Tester", reason),
            new Event.StatusIdle(stage.interruptId(), reason));
    var inbox = stage.store().eventLog().inbox(stage.session());
    stage
        .store()
        .eventLog()
        .emitEvents(
            lease,
            new Emission(
                events.stream()
                    .map(event -> new Emission.Entry(ThreadKey.PRIMARY, event, null))
                    .toList(),
                OptionalLong.of(inbox.received()),
                true));
    return use;
  }

  @Test
  void aPauseOfTomorrowStaysOneUntilItIsInterrupted() throws Exception {
    try (var stage = new Stage()) {
      var use = pausedByTomorrow(stage);
      int events = stage.log().size();
      stage.wake();
      stage.queue("and now?");
      stage.wake();
      assertThat(stage.log()).as("nothing is done").hasSize(events);
      assertThat(stage.store().eventLog().inbox(stage.session()).queued()).hasSize(1);
      stage.model().thenText("Stopped, and now this.");
      stage.interrupt();
      stage.wake();
      var result = stage.all(Event.AgentToolResult.class).getFirst();
      assertThat(result.toolUseId()).isEqualTo(use);
      assertThat(result.isError()).isTrue();
      assertThat(stage.all(Event.AgentMessage.class)).hasSize(1);
      assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
          .isEqualTo(new StopReason.EndTurn());
      assertThat(stage.store().eventLog().inbox(stage.session()).queued()).isEmpty();
    }
  }

  @Test
  void whatAClientOfTomorrowSentWaitsForANodeOfTomorrow() throws Exception {
    try (var stage = new Stage()) {
      var outcome =
          new Event.UnknownFromClient(
              stage.interruptId(), "user.define_outcome", Json.obj("rubric", "r"));
      stage.model().thenText("Hi.");
      stage.receive(outcome, stage.message("hello"));
      stage.wake();
      assertThat(stage.all(Event.AgentMessage.class)).hasSize(1);
      assertThat(stage.all(Event.UnknownFromClient.class)).isEmpty();
      assertThat(stage.store().eventLog().inbox(stage.session()).queued())
          .singleElement()
          .satisfies(queued -> assertThat(queued.event()).isEqualTo(outcome));
      assertThat(stage.row().status()).isEqualTo(Status.IDLE);
      assertThat(stage.store().eventLog().unfinished()).isEmpty();
    }
  }
}
