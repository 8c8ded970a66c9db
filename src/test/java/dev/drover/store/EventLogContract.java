package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Utf8;
import dev.drover.session.Delivery;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every [EventLog] does, seen by one caller. [EventLogRaces] has many.
abstract class EventLogContract extends StoreContract {
  private static final SessionId UNKNOWN = new SessionId("sesn_unknown");
  private static final Delivery FIRST = new Delivery("a hash", false);
  private static final Delivery AGAIN = new Delivery("a hash", true);

  private EventLog log() {
    return store.eventLog();
  }

  private List<Stored> all(SessionId id) {
    return log().getEvents(id, Slice.after(0, 1_000_000));
  }

  private static List<Long> positions(List<Stored> events) {
    return events.stream().map(Stored::position).toList();
  }

  // Receiving

  @Test
  void whatIsReceivedWaitsInTheInboxInItsOrder() throws Exception {
    var id = newSession();
    var hello = message("hello");
    var stop = new Event.UserInterrupt(eventId());
    var receipt = log().receive(id, List.of(hello, stop), once());
    assertThat(receipt.events())
        .containsExactly(
            new Queued(1, ThreadKey.PRIMARY, hello, EventCodec.write(hello, null)),
            new Queued(2, ThreadKey.PRIMARY, stop, EventCodec.write(stop, null)));
    var more = message("more");
    var second = log().receive(id, List.of(more), once());
    assertThat(second.events()).extracting(Queued::sequence).containsExactly(3L);
    reopened();
    var queued = new ArrayList<>(receipt.events());
    queued.addAll(second.events());
    assertThat(log().inbox(id)).isEqualTo(new Inbox(3, 0, queued));
    assertThat(all(id)).isEmpty();
  }

  private List<List<Object>> sends(SessionId id, Duration within) {
    return log().sends(id, within).stream()
        .map(send -> List.<Object>of(send.head(), send.events()))
        .toList();
  }

  @Test
  void theSendsOfTheLastMomentsAreKnownWithWhatWasBeforeThem() throws Exception {
    var id = newSession();
    var minute = Duration.ofMinutes(1);
    assertThat(sends(id, minute)).isEmpty();
    var first =
        log().receive(id, List.of(message("one"), message("two")), new Delivery("a", false));
    var lease = first.lease().orElseThrow();
    var taken = first.events().getFirst().event();
    appended(log().emitEvents(lease, emission(new Event.StatusRunning(eventId()), taken)));
    var second = log().receive(id, List.of(message("three")), new Delivery("b", false));
    reopened();
    assertThat(sends(id, minute))
        .containsExactly(List.of(0L, first.events()), List.of(2L, second.events()));
    assertThat(sends(id, Duration.ZERO)).isEmpty();
    assertThat(sends(UNKNOWN, minute)).isEmpty();
  }

  @Test
  void theInboxOfAnUnknownSessionIsEmpty() {
    assertThat(log().inbox(UNKNOWN)).isEqualTo(new Inbox(0, 0, List.of()));
    assertThat(log().inbox(newSession())).isEqualTo(new Inbox(0, 0, List.of()));
  }

  @Test
  void anUnknownSessionReceivesNothing() {
    assertProblem(
        () -> log().receive(UNKNOWN, List.of(message("?")), once()),
        Problem.Kind.NOT_FOUND,
        "Session sesn_unknown not found.");
  }

  @Test
  void anArchivedSessionReceivesNothing() {
    var id = newSession();
    store.sessions().archive(WORKSPACE, id);
    assertProblem(
        () -> log().receive(id, List.of(message("?")), once()),
        Problem.Kind.INVALID_REQUEST,
        "session has been archived");
  }

  @Test
  void aTerminatedSessionReceivesNothing() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    appended(log().emitEvents(lease, emission(new Event.StatusTerminated(eventId()))));
    assertProblem(
        () -> log().receive(id, List.of(message("?")), once()),
        Problem.Kind.INVALID_REQUEST,
        "session has been terminated");
  }

  @Test
  void aFullInboxRefusesAllOfASend() {
    var id = newSession();
    log().receive(id, messages(EventLog.INBOX_LIMIT - 1), once());
    assertProblem(
        () -> log().receive(id, messages(2), once()),
        Problem.Kind.INVALID_REQUEST,
        "A session may have at most 1000 waiting events; 999 are waiting already.");
    assertThat(log().inbox(id).received()).isEqualTo(999);
    log().receive(id, messages(1), once());
    assertThat(log().inbox(id).queued()).hasSize(1_000);
  }

  /// Together they may take so much, but what comes first may take more.
  @Test
  void anInboxIsBoundedInBytes() {
    var id = newSession();
    var half = "é".repeat((int) EventLog.INBOX_BYTES / 4);
    log().receive(id, List.of(message(half), message(half), message(half)), once());
    assertProblem(
        () -> log().receive(id, List.of(message("more")), once()),
        Problem.Kind.INVALID_REQUEST,
        "A session may have at most 32 MB of waiting events; 48.0 MB are waiting already. Retry"
            + " when the session has processed some of them.");
    var first = log().inbox(id).queued();
    assertThat(first).hasSize(3);
    var lease = new Lease(id, 1);
    appended(log().emitEvents(lease, emission(first.get(0).event())));
    appended(log().emitEvents(lease, emission(first.get(1).event())));
    assertProblem(
        () -> log().receive(id, List.of(message(half), message("!")), once()),
        Problem.Kind.INVALID_REQUEST,
        "A session may have at most 32 MB of waiting events; 16.0 MB are waiting already. Retry"
            + " when the session has processed some of them.");
    log().receive(id, List.of(message("short")), once());
    assertThat(log().inbox(id).queued()).hasSize(2);
  }

  private List<Event.FromClient> messages(int count) {
    return IntStream.range(0, count)
        .<Event.FromClient>mapToObj(i -> message("message " + i))
        .toList();
  }

  @Test
  void theReceiverGetsTheLeaseThatNobodyHolds() {
    var id = newSession();
    assertThat(log().receive(id, List.of(message("1")), once()).lease()).contains(new Lease(id, 1));
    assertThat(log().receive(id, List.of(message("2")), once()).lease()).isEmpty();
    log().release(new Lease(id, 1));
    assertThat(log().receive(id, List.of(message("3")), once()).lease()).contains(new Lease(id, 2));
  }

  @Test
  void aDoubledSendIsReceivedOnce() throws Exception {
    var id = newSession();
    var first = log().receive(id, List.of(message("one"), message("two")), FIRST);
    reopened();
    var again = log().receive(id, List.of(message("one"), message("two")), AGAIN);
    assertThat(again.events()).isEqualTo(first.events());
    assertThat(again.lease()).isEmpty();
    assertThat(log().inbox(id).queued()).isEqualTo(first.events());
  }

  @Test
  void aDoubledSendIsKnownAfterItsEventsWereProcessed() throws Exception {
    var id = newSession();
    var hello = message("hello");
    var first = log().receive(id, List.of(hello), FIRST);
    append(first.lease().orElseThrow(), hello);
    reopened();
    assertThat(log().receive(id, List.of(message("hello")), AGAIN).events())
        .isEqualTo(first.events());
    assertThat(log().inbox(id).queued()).isEmpty();
  }

  @Test
  void aDoubledSendPublishesNothing() throws Exception {
    var id = newSession();
    log().receive(id, List.of(message("hello")), FIRST);
    try (var subscription = feed.subscribe(id)) {
      log().receive(id, List.of(message("hello")), AGAIN);
      assertThat(drain(subscription)).isEmpty();
    }
  }

  @Test
  void theSameBodySentOnPurposeIsReceivedTwice() {
    var id = newSession();
    log().receive(id, List.of(message("again")), FIRST);
    log().receive(id, List.of(message("again")), FIRST);
    assertThat(log().inbox(id).queued()).hasSize(2);
    var repeat = log().receive(id, List.of(message("again")), AGAIN);
    assertThat(repeat.events()).extracting(Queued::sequence).containsExactly(2L);
  }

  @Test
  void aRetryOfASendThatNeverArrivedIsReceived() {
    var id = newSession();
    assertThat(log().receive(id, List.of(message("hello")), AGAIN).events()).hasSize(1);
    assertThat(log().inbox(id).queued()).hasSize(1);
  }

  @Test
  void aSendIsForgottenAfterTwoMinutes() {
    var id = newSession();
    log().receive(id, List.of(message("hello")), FIRST);
    clock.move(Duration.ofMinutes(2));
    log().receive(id, List.of(message("hello")), AGAIN);
    assertThat(log().inbox(id).queued()).hasSize(1);
    clock.move(Duration.ofNanos(1_000));
    log().receive(id, List.of(message("hello")), AGAIN);
    assertThat(log().inbox(id).queued()).hasSize(2);
  }

  @Test
  void anotherSessionsSendIsAnotherSend() {
    var one = newSession();
    var two = newSession();
    log().receive(one, List.of(message("hello")), FIRST);
    log().receive(two, List.of(message("hello")), AGAIN);
    assertThat(log().inbox(two).queued()).hasSize(1);
  }

  // Leases

  @Test
  void oneHoldsTheLease() {
    var id = newSession();
    assertThat(log().claim(id)).contains(new Lease(id, 1));
    assertThat(log().claim(id)).isEmpty();
    log().release(new Lease(id, 1));
    assertThat(log().claim(id)).contains(new Lease(id, 2));
    assertThat(log().claim(UNKNOWN)).isEmpty();
  }

  @Test
  void anOldLeaseReleasesNothing() {
    var id = newSession();
    var old = log().claim(id).orElseThrow();
    log().release(old);
    var lease = log().claim(id).orElseThrow();
    log().release(old);
    log().release(new Lease(UNKNOWN, 1));
    assertThat(log().claim(id)).isEmpty();
    append(lease, answer("still here"));
  }

  @Test
  void aSessionThatIsOverCannotBeClaimed() {
    var id = newSession();
    store.sessions().archive(WORKSPACE, id);
    assertThat(log().claim(id)).isEmpty();
  }

  @Test
  void aZombieAppendsNothing() {
    var id = newSession();
    var zombie = log().claim(id).orElseThrow();
    log().release(zombie);
    assertThat(log().emitEvents(zombie, emission(answer("boo"))))
        .isEqualTo(new Emitted.LeaseLost());
    var lease = log().claim(id).orElseThrow();
    append(lease, answer("mine"));
    assertThat(log().emitEvents(zombie, emission(answer("boo"))))
        .isEqualTo(new Emitted.LeaseLost());
    assertThat(log().emitEvents(new Lease(UNKNOWN, 1), emission(answer("boo"))))
        .isEqualTo(new Emitted.LeaseLost());
    assertThat(all(id)).hasSize(1);
  }

  @Test
  void unfinishedAreTheSessionsThatOweWorkAndThatNobodyHolds() throws Exception {
    newSession();
    var waiting = newSession();
    log().release(send(waiting, message("hello")));
    var held = newSession();
    send(held, message("hello"));
    var running = inStatus(Status.RUNNING);
    var rescheduling = inStatus(Status.RESCHEDULING);
    inStatus(Status.IDLE);
    inStatus(Status.TERMINATED);
    assertThat(log().unfinished()).containsExactlyInAnyOrder(waiting, running, rescheduling);
    log().claim(waiting);
    log().claim(running);
    assertThat(log().unfinished()).containsExactly(rescheduling);
  }

  private SessionId inStatus(Status status) {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    appended(log().emitEvents(lease, emission(become(status), answer("hello"))));
    log().release(lease);
    return id;
  }

  // Appending

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

  // Threads

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

  // What follows from events

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

  // Reading

  private SessionId sessionOfTen() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    for (int i = 1; i <= 10; i++) {
      append(
          lease,
          switch (i % 3) {
            case 0 -> new Event.ToolDispatched(eventId(), eventId(), 1);
            case 1 -> answer("number " + i);
            default -> new Event.AgentThinking(eventId());
          });
      clock.move(Duration.ofSeconds(1));
    }
    return id;
  }

  private static Slice slice(long after, int limit, boolean ascending, String... types) {
    return new Slice(
        after, limit, ascending, Set.of(types), false, Optional.empty(), Optional.empty());
  }

  @Test
  void slicesGoForwards() {
    var id = sessionOfTen();
    assertThat(positions(log().getEvents(id, slice(0, 3, true)))).containsExactly(1L, 2L, 3L);
    assertThat(positions(log().getEvents(id, slice(8, 5, true)))).containsExactly(9L, 10L);
    assertThat(log().getEvents(id, slice(10, 5, true))).isEmpty();
    assertThat(log().getEvents(id, slice(Long.MAX_VALUE, 5, true))).isEmpty();
    assertThat(log().getEvents(UNKNOWN, slice(0, 5, true))).isEmpty();
  }

  @Test
  void slicesGoBackwards() {
    var id = sessionOfTen();
    assertThat(positions(log().getEvents(id, slice(Long.MAX_VALUE, 3, false))))
        .containsExactly(10L, 9L, 8L);
    assertThat(positions(log().getEvents(id, slice(3, 5, false)))).containsExactly(2L, 1L);
    assertThat(log().getEvents(id, slice(1, 5, false))).isEmpty();
    assertThat(log().getEvents(id, slice(0, 5, false))).isEmpty();
    assertThat(log().getEvents(UNKNOWN, slice(Long.MAX_VALUE, 5, false))).isEmpty();
  }

  @Test
  void slicesChooseByType() {
    var id = sessionOfTen();
    assertThat(positions(log().getEvents(id, slice(1, 2, true, "agent.message"))))
        .containsExactly(4L, 7L);
    assertThat(
            positions(
                log()
                    .getEvents(id, slice(10, 3, false, "agent.message", "drover.tool_dispatched"))))
        .containsExactly(9L, 7L, 6L);
    assertThat(log().getEvents(id, slice(0, 9, true, "no.such"))).isEmpty();
  }

  @Test
  void slicesForClientsShowNothingPrivate() {
    var id = sessionOfTen();
    var visible = new Slice(0, 100, true, Set.of(), true, Optional.empty(), Optional.empty());
    assertThat(positions(log().getEvents(id, visible)))
        .containsExactly(1L, 2L, 4L, 5L, 7L, 8L, 10L);
  }

  @Test
  void slicesChooseByTimeInclusively() {
    var id = sessionOfTen();
    var times = all(id).stream().map(Stored::processedAt).toList();
    assertThat(positions(log().getEvents(id, between(times.get(2), times.get(4)))))
        .containsExactly(3L, 4L, 5L);
    assertThat(
            positions(
                log()
                    .getEvents(id, between(times.get(2).plusNanos(1), times.get(4).minusNanos(1)))))
        .containsExactly(4L);
  }

  private static Slice between(Instant from, Instant to) {
    return new Slice(0, 100, true, Set.of(), false, Optional.of(from), Optional.of(to));
  }

  @Test
  void slicesAreBoundedInBytes() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    int[] sizes = {100, 100, 5_000, 100, 5_000, 5_000, 100};
    for (int size : sizes) {
      append(lease, answer("ü".repeat(size / 2)));
    }
    assertThat(positions(log().getEvents(id, slice(0, 9, true).within(9, 1_000))))
        .containsExactly(1L, 2L);
    assertThat(positions(log().getEvents(id, slice(2, 9, true).within(9, 1_000))))
        .containsExactly(3L);
    assertThat(positions(log().getEvents(id, slice(2, 9, true).within(9, 6_000))))
        .containsExactly(3L, 4L);
    assertThat(positions(log().getEvents(id, slice(0, 9, true).within(1, 1)))).containsExactly(1L);
    assertThat(positions(log().getEvents(id, slice(8, 9, false).within(9, 6_000))))
        .containsExactly(7L, 6L);
    assertThat(positions(log().getEvents(id, slice(6, 9, false).within(9, 1)))).containsExactly(5L);
    assertThat(positions(log().getEvents(id, slice(0, 9, true).within(9, Long.MAX_VALUE))))
        .hasSize(7);
  }

  @Test
  void aLogIsMeasuredWithoutBeingRead() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    append(lease, answer("one"));
    append(lease, answer("ü".repeat(3_000)));
    append(lease, answer("three"));
    var all = all(id);
    long whole = all.stream().mapToLong(stored -> Utf8.length(stored.json())).sum();
    var extent = log().measure(id, slice(0, 9, true));
    assertThat(extent.bytes()).isEqualTo(whole);
    assertThat(extent.more()).isFalse();
    assertThat(extent.waiting()).isZero();
    assertThat(log().getEvents(id, extent.slice())).isEqualTo(all);
    var first = log().measure(id, slice(0, 9, true).within(9, 6_000));
    assertThat(first.more()).isTrue();
    assertThat(positions(log().getEvents(id, first.slice()))).containsExactly(1L);
    var last = log().measure(id, slice(Long.MAX_VALUE, 2, false));
    assertThat(last.more()).isTrue();
    append(lease, answer("it does not move"));
    assertThat(positions(log().getEvents(id, last.slice()))).containsExactly(3L, 2L);
    log().receive(id, List.of(message("ü")), once());
    var waits = log().inbox(id).queued().getFirst().json();
    assertThat(log().measure(id, slice(9, 9, true)).waiting()).isEqualTo(Utf8.length(waits));
    var nothing = log().measure(UNKNOWN, slice(0, 9, true));
    assertThat(nothing.bytes()).isZero();
    assertThat(log().getEvents(UNKNOWN, nothing.slice())).isEmpty();
  }

  @Test
  void oneSessionsLogIsNotAnothers() {
    var one = newSession();
    var two = newSession();
    append(log().claim(one).orElseThrow(), answer("one"));
    append(log().claim(two).orElseThrow(), answer("two"));
    append(new Lease(one, 1), answer("one more"));
    assertThat(positions(all(one))).containsExactly(1L, 2L);
    assertThat(positions(all(two))).containsExactly(1L);
  }

  // Publishing

  @Test
  void listenersSeeWhatIsReceivedThenWhatIsProcessed() throws Exception {
    var id = newSession();
    try (var subscription = feed.subscribe(id)) {
      var hello = message("hello");
      var lease = send(id, hello);
      var stored = append(lease, hello, answer("hi"));
      assertThat(json(drain(subscription)))
          .containsExactly(
              EventCodec.write(hello, null), stored.get(0).json(), stored.get(1).json());
    }
  }

  @Test
  void listenersSeeNothingPrivate() throws Exception {
    var id = newSession();
    try (var subscription = feed.subscribe(id)) {
      append(
          log().claim(id).orElseThrow(),
          new Event.ToolDispatched(eventId(), eventId(), 1),
          answer("hi"));
      assertThat(json(drain(subscription))).hasSize(1).allMatch(json -> json.contains("hi"));
    }
  }

  @Test
  void listenersSeeNothingOfWhatWasRefused() throws Exception {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    try (var subscription = feed.subscribe(id)) {
      assertThatThrownBy(() -> append(lease, answer("hi"), message("never received")))
          .isInstanceOf(IllegalStateException.class);
      log().emitEvents(new Lease(id, 99), emission(answer("boo")));
      assertThat(drain(subscription)).isEmpty();
    }
  }

  @Test
  void positionsAreDenseWhateverIsRefusedBetween() {
    var id = newSession();
    var lease = log().claim(id).orElseThrow();
    for (int i = 0; i < 20; i++) {
      append(lease, answer("yes"), answer("yes"));
      assertThatThrownBy(() -> append(lease, answer("no"), message("never received")))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(positions(all(id)))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 40).boxed().toList());
  }

  static void assertProblem(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
      Problem.Kind kind,
      String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.kind()).isEqualTo(kind))
        .hasMessage(message);
  }
}
