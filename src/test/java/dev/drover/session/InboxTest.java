package dev.drover.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Which thread has to see to what waits.
final class InboxTest {
  private static final EventId ID = new EventId("sevt_1");
  private static final ThreadKey CHILD = ThreadKey.of(1);
  private static final ThreadKey OTHER = ThreadKey.of(2);

  private static final Event.FromClient MESSAGE = new Event.UserMessage(ID, Json.arr());
  private static final Event.FromClient STOP_ALL = new Event.UserInterrupt(ID);
  private static final Event.FromClient STOP_ONE =
      new Event.UserInterrupt(ID, Optional.of(new ThreadId("sthr_1")));

  static Stream<Arguments> receipts() {
    return Stream.of(
        Arguments.of(ThreadKey.PRIMARY, MESSAGE, List.of(ThreadKey.PRIMARY)),
        Arguments.of(ThreadKey.PRIMARY, STOP_ONE, List.of(ThreadKey.PRIMARY)),
        Arguments.of(ThreadKey.PRIMARY, STOP_ALL, List.of(ThreadKey.PRIMARY, CHILD, OTHER)),
        Arguments.of(CHILD, MESSAGE, List.of(CHILD)),
        Arguments.of(CHILD, STOP_ONE, List.of(CHILD)));
  }

  @ParameterizedTest
  @MethodSource("receipts")
  void whatIsReceivedConcernsItsThreadAndAnInterruptOfAllEach(
      ThreadKey thread, Event.FromClient event, List<ThreadKey> concerned) {
    var inbox = new Inbox(7, 3, List.of(new Queued(7, thread, event, "{}")));
    for (var one : List.of(ThreadKey.PRIMARY, CHILD, OTHER)) {
      var its = inbox.of(one);
      assertThat(its.queued()).as(one.toString()).hasSize(concerned.contains(one) ? 1 : 0);
      assertThat(its.received()).isEqualTo(7);
      assertThat(its.head()).isEqualTo(3);
    }
  }

  @Test
  void theOrderOfReceiptIsKept() {
    var queued =
        List.of(
            new Queued(1, CHILD, STOP_ONE, "{}"),
            new Queued(2, ThreadKey.PRIMARY, MESSAGE, "{}"),
            new Queued(3, OTHER, STOP_ONE, "{}"),
            new Queued(4, ThreadKey.PRIMARY, STOP_ALL, "{}"));
    var inbox = new Inbox(4, 0, queued);
    assertThat(inbox.of(CHILD).queued()).extracting(Queued::sequence).containsExactly(1L, 4L);
    assertThat(inbox.of(ThreadKey.PRIMARY).queued())
        .extracting(Queued::sequence)
        .containsExactly(2L, 4L);
  }
}
