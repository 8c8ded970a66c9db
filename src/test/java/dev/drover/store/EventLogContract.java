package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Queued;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every [EventLog] stores, seen by one caller. [EventLogRaces] has many.
abstract class EventLogContract extends LogContract {
  @Test
  void whatIsAppendedIsReadBack() throws Exception {
    var id = newSession();
    var hello = message("hello");
    var lease = send(id, hello);
    var running = new Event.StatusRunning(eventId());
    var use =
        new Event.AgentToolUse(
            eventId(), "bash", Json.obj("command", "echo ü"), Event.Permission.ALLOWED);
    var dispatched = new Event.ToolDispatched(eventId(), use.id(), 1);
    var hidden = Json.obj("raw", Json.arr(Json.obj("signature", "xyz")));
    var emission =
        new Emission(
            List.of(
                entry(hello),
                entry(running),
                new Emission.Entry(ThreadKey.PRIMARY, use, hidden),
                entry(dispatched)));
    var stored = appended(log().emitEvents(lease, emission));
    assertThat(stored).extracting(Stored::event).containsExactly(hello, running, use, dispatched);
    assertThat(positions(stored)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(stored)
        .allSatisfy(
            one ->
                assertThat(one.json()).isEqualTo(EventCodec.write(one.event(), one.processedAt())));
    reopened();
    assertThat(all(id)).isEqualTo(stored);
    assertThat(all(id).get(2).hidden()).isEqualTo(hidden);
    assertThat(log().inbox(id)).isEqualTo(new Inbox(1, 4, List.of()));
  }

  @Test
  void theDeepestInputThatAModelMayGiveCanBeReadAgain() throws Exception {
    int inside = Json.MAX_DEPTH - 1;
    var input = (Json.Obj) Json.parse("{\"a\":" + "[".repeat(inside) + "]".repeat(inside) + "}");
    var use = new Event.AgentToolUse(eventId(), "bash", input, Event.Permission.ALLOWED);
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    var hidden = Json.obj("content", Json.arr(Json.obj("input", input)));
    var emission = new Emission(List.of(new Emission.Entry(ThreadKey.PRIMARY, use, hidden)));
    var stored = appended(log().emitEvents(lease, emission));
    reopened();
    assertThat(all(id)).isEqualTo(stored);
  }

  @Test
  void timesRiseUnderAClockThatStandsStillOrJumpsBack() throws Exception {
    var id = newSession();
    var start = clock.instant();
    var lease = log().claim(id).orElseThrow();
    append(lease, answer("1"), answer("2"));
    clock.move(Duration.ofHours(-1));
    append(lease, answer("3"));
    clock.move(Duration.ofHours(2).plusNanos(789));
    append(lease, answer("4"));
    assertThat(all(id))
        .extracting(Stored::processedAt)
        .containsExactly(
            start, start.plusNanos(1_000), start.plusNanos(2_000), start.plus(Duration.ofHours(1)));
    log().release(lease);
    reopened();
    clock.move(Duration.ofHours(-3));
    append(log().claim(id).orElseThrow(), answer("5"));
    assertThat(all(id).getLast().processedAt())
        .isEqualTo(start.plus(Duration.ofHours(1)).plusNanos(1_000));
  }

  @Test
  void aRepeatedEmissionIsStoredOnce() throws Exception {
    var id = newSession();
    var hello = message("hello");
    var lease = send(id, hello);
    var emission = emission(hello, answer("hi"));
    var stored = appended(log().emitEvents(lease, emission));
    append(lease, answer("more"));
    try (var subscription = feed.subscribe(id)) {
      assertThat(appended(log().emitEvents(lease, emission))).isEqualTo(stored);
      assertThat(drain(subscription)).isEmpty();
    }
    assertThat(all(id)).hasSize(3);
  }

  @Test
  void aRepeatIsKnownAfterTheLeaseWasGivenBack() throws Exception {
    var id = newSession();
    var hello = message("hello");
    var lease = send(id, hello);
    var emission = emission(OptionalLong.of(1), hello, answer("hi"));
    var stored = appended(log().emitEvents(lease, emission));
    assertThat(appended(log().emitEvents(lease, emission))).isEqualTo(stored);
    reopened();
    assertThat(appended(log().emitEvents(lease, emission))).isEqualTo(stored);
    assertThat(log().claim(id)).contains(new Lease(id, 2));
  }

  @Test
  void aRepeatIsFoundAfterWhatItsMakerKnew() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    append(lease, answer("1"), answer("2"));
    var emission = emission(answer("3"), answer("4")).knowing(2);
    var stored = appended(log().emitEvents(lease, emission));
    append(lease, answer("5"));
    assertThat(appended(log().emitEvents(lease, emission))).isEqualTo(stored);
    assertThat(appended(log().emitEvents(lease, emission.knowing(0)))).isEqualTo(stored);
    log().release(lease);
    assertThat(appended(log().emitEvents(lease, emission))).isEqualTo(stored);
    assertThat(log().emitEvents(lease, emission(answer("6")).knowing(5)))
        .isEqualTo(new Emitted.LeaseLost());
    assertThat(positions(all(id))).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void whoeverKnowsTheWholeLogAppendsAfterIt() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    for (long known = 0; known < 6; known += 2) {
      var emission = emission(answer("a"), answer("b")).knowing(known);
      assertThat(positions(appended(log().emitEvents(lease, emission))))
          .containsExactly(known + 1, known + 2);
    }
  }

  @Test
  void aClientsEventThatIsNotInTheInboxStopsTheWholeEmission() {
    var id = newSession();
    var hello = message("hello");
    var lease = send(id, hello);
    var emission = emission(OptionalLong.of(1), answer("hi"), hello, message("never received"));
    assertThatThrownBy(() -> log().emitEvents(lease, emission))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is not in the inbox");
    assertThat(all(id)).isEmpty();
    assertThat(log().inbox(id).queued()).hasSize(1);
    append(lease, hello);
  }

  @Test
  void anEventThatTheLogHoldsStopsTheWholeEmission() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    var known = answer("known");
    append(lease, known);
    assertThatThrownBy(() -> append(lease, answer("new"), known))
        .isInstanceOf(IllegalStateException.class);
    assertThat(all(id)).hasSize(1);
  }

  @Test
  void noCallHasTwoResults() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    var use = eventId();
    append(lease, result(use));
    assertThatThrownBy(() -> append(lease, result(use))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> append(lease, answer("and"), result(use)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(all(id)).hasSize(1);
    append(lease, result(eventId()), result(eventId()));
    assertThat(positions(all(id))).containsExactly(1L, 2L, 3L);
  }

  private Event result(EventId use) {
    return new Event.AgentToolResult(eventId(), use, Json.arr(), false);
  }

  @Test
  void aBrainRestsOnlyIfItHasSeenTheWholeInbox() {
    var id = newSession();
    var hello = message("hello");
    var lease = send(id, hello);
    log().receive(id, List.of(message("wait")), once());
    assertThat(log().emitEvents(lease, emission(OptionalLong.of(1), hello, answer("hi"))))
        .isEqualTo(new Emitted.InboxMoved());
    assertThat(all(id)).isEmpty();
    assertThat(log().inbox(id).queued()).hasSize(2);
    assertThat(log().claim(id)).isEmpty();
    appended(log().emitEvents(lease, emission(OptionalLong.of(2), hello, answer("hi"))));
    assertThat(log().unfinished()).isEmpty();
    assertThat(log().inbox(id).queued()).hasSize(1);
  }

  @Test
  void anAnswerIsInTheLogWhenItIsReceived() throws Exception {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    var use = new Event.AgentCustomToolUse(eventId(), "lookup", Json.EMPTY);
    append(lease, use);
    appended(log().emitEvents(lease, emission(OptionalLong.of(0), answer("?"))));
    reopened();
    var result =
        new Event.UserCustomToolResult(
            eventId(), use.id(), Optional.of(Json.arr()), Optional.of(false));
    var along = new Event.SystemMessage(eventId(), Json.arr());
    var later = message("and?");
    try (var subscription = feed.subscribe(id)) {
      var receipt = log().receive(id, List.of(result, along, later), FIRST);
      var last = all(id).subList(2, 4);
      assertThat(last).extracting(Stored::event).containsExactly(result, along);
      assertThat(positions(last)).containsExactly(3L, 4L);
      assertThat(receipt.events())
          .extracting(Queued::json)
          .containsExactly(last.get(0).json(), last.get(1).json(), EventCodec.write(later, null))
          .isEqualTo(json(drain(subscription)));
      assertThat(receipt.lease()).isPresent();
      assertThat(log().inbox(id)).isEqualTo(new Inbox(3, 4, List.of(receipt.events().getLast())));
      assertThat(log().receive(id, List.of(result, along, later), AGAIN).events())
          .isEqualTo(receipt.events());
    }
  }

  @Test
  void whatDependsOnTheInboxIsRefusedWhenItMovedAndTheLeaseStays() {
    var id = newSession();
    var lease = send(id, message("one"));
    var emission = new Emission(List.of(entry(answer("x"))), OptionalLong.of(0), false);
    assertThat(log().emitEvents(lease, emission)).isEqualTo(new Emitted.InboxMoved());
    assertThat(append(lease, answer("y"))).hasSize(1);
  }

  @Test
  void anEmissionWithoutEventsMovesTheSessionAlone() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    append(lease, answer("hi"));
    assertThat(appended(log().emitEvents(lease, emission(OptionalLong.of(0))))).isEmpty();
    assertThat(store.sessions().getSession(id).status()).isEqualTo(Status.IDLE);
    assertThat(log().claim(id)).isPresent();
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.class,
      names = {"RUNNING", "RESCHEDULING"})
  void aSessionThatIsAtWorkDoesNotRest(Status atWork) {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    append(lease, become(Status.RUNNING));
    assertThatIllegalStateException()
        .isThrownBy(() -> log().emitEvents(lease, emission(OptionalLong.of(0), become(atWork))));
    assertThat(all(id)).hasSize(1);
    assertThat(append(lease, become(Status.IDLE))).hasSize(1);
  }

  @Test
  void theThreadOfAnEventIsKeptAndSlicesChooseByIt() throws Exception {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    int[] threads = {0, 1, 0, 2, 1, 25};
    var entries =
        IntStream.of(threads)
            .mapToObj(one -> new Emission.Entry(ThreadKey.of(one), answer("of " + one), null))
            .toList();
    var stored = appended(log().emitEvents(lease, new Emission(entries)));
    assertThat(stored).extracting(one -> one.thread().number()).containsExactly(0, 1, 0, 2, 1, 25);
    reopened();
    assertThat(all(id)).isEqualTo(stored);
    for (boolean ascending : List.of(true, false)) {
      var slice = slice(ascending ? 0 : Long.MAX_VALUE, 9, ascending);
      var ones = log().getEvents(id, slice.of(ThreadKey.of(1)));
      assertThat(ones)
          .containsExactlyElementsOf(
              ascending
                  ? List.of(stored.get(1), stored.get(4))
                  : List.of(stored.get(4), stored.get(1)));
      assertThat(log().getEvents(id, slice.of(ThreadKey.PRIMARY))).hasSize(2);
      assertThat(log().getEvents(id, slice.of(ThreadKey.of(3)))).isEmpty();
      assertThat(log().getEvents(id, slice)).hasSize(6);
    }
    var one = slice(0, 1, true).of(ThreadKey.of(1));
    assertThat(log().measure(id, one).more()).isTrue();
    assertThat(log().measure(id, slice(2, 1, true).of(ThreadKey.of(1))).more()).isFalse();
  }

  @Test
  void anAnswerIsForTheThreadWhoseToolUseItAnswers() throws Exception {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    var child = ThreadKey.of(4);
    var use = new Event.AgentCustomToolUse(eventId(), "lookup", Json.EMPTY);
    appended(log().emitEvents(lease, new Emission(List.of(new Emission.Entry(child, use, null)))));
    var result =
        new Event.UserCustomToolResult(
            eventId(), use.id(), Optional.of(Json.arr()), Optional.empty());
    var along = new Event.SystemMessage(eventId(), Json.arr());
    var receipt = log().receive(id, List.of(result, along), AGAIN);
    assertThat(receipt.events()).extracting(Queued::thread).containsExactly(child, child);
    reopened();
    assertThat(all(id)).extracting(Stored::thread).containsExactly(child, child, child);
    assertThat(log().receive(id, List.of(result, along), AGAIN).events())
        .isEqualTo(receipt.events());
  }

  @Test
  void whatWaitsIsForThePrimaryThreadAndKeepsTheThreadThatAnInterruptNames() throws Exception {
    var id = newSession();
    var name = store.sessions().getSession(id).origin().primary();
    var one = new Event.UserInterrupt(eventId(), Optional.of(name));
    var all = new Event.UserInterrupt(eventId());
    var receipt = log().receive(id, List.of(one, all, message("hi")), AGAIN);
    reopened();
    var queued = log().inbox(id).queued();
    assertThat(queued).isEqualTo(receipt.events());
    assertThat(queued).extracting(Queued::thread).containsOnly(ThreadKey.PRIMARY);
    assertThat(queued.getFirst().event()).isEqualTo(one);
    assertThat(queued.getFirst().json()).contains("\"session_thread_id\":\"" + name + "\"");
    assertThat(queued.get(1).event()).isEqualTo(all);
    assertThat(queued.get(1).json()).doesNotContain("session_thread_id");
    assertThat(log().receive(id, List.of(one, all, message("hi")), AGAIN).events())
        .isEqualTo(queued);
  }

  @Test
  void theRowOfAPausedTurnHasItsBoundaryBeforeTheLastRequest() throws Exception {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    var wait = new StopReason.RequiresAction(List.of(eventId()));
    append(lease, become(Status.RUNNING), new Event.ModelRequestStart(eventId()));
    append(lease, answer("one"), new Event.ModelRequestStart(eventId()), answer("two"));
    append(lease, new Event.StatusIdle(eventId(), wait));
    var paused = store.sessions().getSession(id).progress();
    assertThat(paused.lastRequest()).isEqualTo(4);
    assertThat(paused.boundary()).isEqualTo(3);
    append(lease, become(Status.RUNNING));
    assertThat(store.sessions().getSession(id).progress().boundary()).isEqualTo(3);
    append(lease, become(Status.IDLE));
    reopened();
    assertThat(store.sessions().getSession(id).progress().boundary()).isEqualTo(8);
  }
}
