package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What every [EventLog] does with what it receives, and who sees it.
abstract class ReceivingContract extends LogContract {
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
}
