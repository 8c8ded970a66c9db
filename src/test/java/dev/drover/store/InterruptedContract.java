package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A session that waits for answers takes a message once an interrupt was received, whether or not
/// a brain has taken that up: the interrupt goes first, and ends what is waited for.
abstract class InterruptedContract extends StoreContract {
  private SessionId id;
  private EventId use;

  private EventLog log() {
    return store.eventLog();
  }

  @BeforeEach
  final void pause() {
    id = newSession();
    pause(log().claim(id).orElseThrow());
  }

  /// Has the session wait for the result of a custom tool.
  private void pause(Lease lease) {
    var asked = new Event.AgentCustomToolUse(eventId(), "lookup", Json.EMPTY);
    use = asked.id();
    var received = OptionalLong.of(log().inbox(id).received());
    appended(log().emitEvents(lease, emission(received, asked, answer("?"))));
  }

  private Event.UserInterrupt interrupt() {
    return new Event.UserInterrupt(eventId());
  }

  private void receive(Event.FromClient... events) {
    log().receive(id, List.of(events), once());
  }

  private void assertRefused(Event.FromClient... events) {
    var before = log().inbox(id);
    assertThatThrownBy(() -> receive(events))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("waiting on responses to events [" + use + "]");
    assertThat(log().inbox(id)).isEqualTo(before);
  }

  private List<Event> waiting() {
    var events = new ArrayList<Event>();
    log().inbox(id).queued().forEach(queued -> events.add(queued.event()));
    return events;
  }

  @Test
  void aMessageAloneIsRefused() throws Exception {
    assertRefused(message("hello?"));
    reopened();
    assertRefused(message("hello?"), message("still there?"));
  }

  @Test
  void aMessageAfterAnInterruptThatWaitsIsReceived() throws Exception {
    var stop = interrupt();
    receive(stop);
    reopened();
    var first = message("do this instead");
    receive(first);
    var second = message("and that");
    var along = new Event.SystemMessage(eventId(), Json.arr());
    receive(second, along);
    assertThat(waiting()).containsExactly(stop, first, second, along);
  }

  @Test
  void anInterruptInTheSameRequestIsEnough() {
    var stop = interrupt();
    var next = message("do this instead");
    receive(stop, next);
    receive(message("and that"));
    assertThat(waiting()).startsWith(stop, next).hasSize(3);
  }

  @Test
  void anInterruptOfTheThreadThatWaitsIsEnough() {
    var primary = store.sessions().getSession(WORKSPACE, id).primary().id();
    receive(new Event.UserInterrupt(eventId(), Optional.of(primary)));
    receive(message("do this instead"));
    assertThat(waiting()).hasSize(2);
  }

  @Test
  void manyInterruptsAreAsGoodAsOne() {
    receive(interrupt(), interrupt());
    receive(interrupt());
    receive(message("do this instead"));
    assertThat(waiting()).hasSize(4);
  }

  @Test
  void anAnswerIsStillTakenWhileAnInterruptWaits() {
    receive(interrupt());
    receive(message("do this instead"));
    receive(
        new Event.UserCustomToolResult(
            eventId(), use, Optional.of(Json.arr()), Optional.of(false)));
    receive(message("and that"));
    assertThat(waiting()).hasSize(3);
  }

  @Test
  void anInterruptThatWasTakenUpCountsNoMore() throws Exception {
    var stop = interrupt();
    var lease = send(id, stop);
    var result = new Event.AgentToolResult(eventId(), use, Json.arr(), true);
    append(lease, stop, result);
    receive(message("next"));
    assertThat(waiting()).hasSize(1);
    // The next pause is none of its concern.
    pause(lease);
    assertRefused(message("hello?"));
    reopened();
    assertRefused(message("hello?"));
  }

  @Test
  void whatOnlyLooksLikeAnInterruptIsNone() {
    var other = newSession();
    id = other;
    var lease = log().claim(other).orElseThrow();
    var looks = "{\"type\":\"user.interrupt\",\"id\":\"sevt_01\",\"processed_at\":null}";
    receive(message(looks), message("x".repeat(2_000) + looks));
    receive(new Event.UnknownFromClient(eventId(), "user.interrupt_later", Json.EMPTY));
    pause(lease);
    assertRefused(message("hello?"));
    receive(interrupt());
    receive(message("do this instead"));
    assertThat(waiting()).hasSize(5);
  }

  @Test
  void anInterruptOfAnotherSessionIsNoneOfThisOne() {
    send(newSession(), interrupt());
    assertRefused(message("hello?"));
  }
}
