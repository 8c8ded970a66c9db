package dev.drover.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Delivery;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.ModelUsage;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.StopReason;
import dev.drover.session.ThreadId;
import dev.drover.session.ThreadKey;
import dev.drover.store.memory.MemoryStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is followed of a session does not outlive its work.
final class TurnsTest {
  private static final SessionId NOBODY = new SessionId("sesn_1");

  private Instant now = Instant.parse("2026-11-22T10:00:00Z");
  private final Meters meters = new Meters(Set.of("bash"));
  private final MeteredLog.Seam seam = new MeteredLog.Seam(meters);
  private final Ids ids = new Ids(new Random(1));
  private final Feed feed = new Feed(seam.tap());
  private final MemoryStore store = new MemoryStore(feed, ids, () -> now);
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
    return figure(meters, name);
  }

  private static String figure(Meters meters, String name) {
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

  @Test
  void aSessionThatRestsIsForgotten() {
    var lease = begun();
    assertThat(turns.followed()).isEqualTo(1);
    var last = new Emission.Entry(ThreadKey.PRIMARY, idle(new StopReason.EndTurn()), null);
    var seen = OptionalLong.of(log.inbox(lease.session()).received());
    assertThat(log.emitEvents(lease, new Emission(List.of(last), seen, true)))
        .isInstanceOf(Emitted.Appended.class);
    assertThat(turns.followed()).isZero();
  }

  @Test
  void aSessionThatAnotherNodeTookOverIsForgotten() {
    var lease = begun();
    var old = new Lease(lease.session(), lease.epoch() - 1);
    assertThat(
            log.emitEvents(
                old, new Emission(List.of(new Emission.Entry(ThreadKey.PRIMARY, running(), null)))))
        .isInstanceOf(Emitted.LeaseLost.class);
    assertThat(turns.followed()).isZero();
  }

  /// The stream of a client may be here, while the brain is elsewhere.
  @Test
  void sessionsOfOtherNodesAreFollowedUpToALimit() {
    for (int i = 0; i < Turns.ELSEWHERE + 100; i++) {
      var session = session();
      store.sessions().create(session, List.of(message()));
      log.receive(session.id(), List.of(message()), new Delivery("f" + i, false));
    }
    assertThat(figure("drover_inbox_events")).isEqualTo("0");
    assertThat(turns.followed()).isEqualTo(Turns.ELSEWHERE);
  }

  @Test
  void theFirstTokenOfAnotherNodesTurnIsMeasuredWhereItIsRead() {
    var session = session();
    store.sessions().create(session, List.of(message()));
    log.receive(session.id(), List.of(message()), new Delivery("f", false));
    feed.publish(session.id(), List.of(shown("agent.message")));
    assertThat(figure("drover_time_to_first_token_seconds_count")).isEqualTo("1");
    assertThat(turns.followed()).isZero();
  }

  private SessionId sessionId() {
    return new SessionId(ids.next(SessionId.PREFIX));
  }

  private Session session() {
    return new Session(
        sessionId(),
        new Session.Origin(
            new WorkspaceId("wrkspc_1"),
            new ThreadId(ids.next(ThreadId.PREFIX)),
            new AgentId("agent_1"),
            1,
            new EnvironmentId("env_1"),
            new Networking.Unrestricted(),
            now),
        new Session.Editable(
            new Definition(
                "a", null, new ModelConfig("m", Optional.empty(), "standard"), null, List.of()),
            null,
            Map.of(),
            Optional.empty()));
  }

  private EventId id() {
    return new EventId(ids.next(EventId.PREFIX));
  }

  private static void emit(EventLog log, Lease lease, Event... events) {
    var entries =
        Stream.of(events).map(one -> new Emission.Entry(ThreadKey.PRIMARY, one, null)).toList();
    assertThat(log.emitEvents(lease, new Emission(entries))).isInstanceOf(Emitted.Appended.class);
  }

  private Event running() {
    return new Event.StatusRunning(id());
  }

  private Event idle(StopReason reason) {
    return new Event.StatusIdle(id(), reason);
  }

  private Event requestEnd() {
    return new Event.ModelRequestEnd(id(), id(), false, ModelUsage.NONE);
  }

  private Lease begun() {
    var session = session();
    var first = message();
    var lease = seam.around(store.sessions()).create(session, List.of(first)).orElseThrow();
    emit(log, lease, running(), first);
    return lease;
  }

  @Test
  void aTurnThatBeginsWithItsSessionHasAFirstToken() {
    var lease = begun();
    feed.publish(lease.session(), List.of(shown("agent.message")));
    assertThat(figure("drover_time_to_first_token_seconds_count")).isEqualTo("1");
    assertThat(figure("drover_inbox_events")).isEqualTo("0");
    assertThat(figure("drover_events_received_total")).isEqualTo("1");
  }

  @Test
  void aTurnThatAnotherProcessBeganIsMeasuredFromTheLog() {
    var lease = begun();
    var later = new Meters(Set.of("bash"));
    var other = new MeteredLog.Seam(later).around(store.eventLog());
    now = now.plusSeconds(3);
    emit(other, lease, new Event.StatusRescheduled(id()));
    now = now.plusSeconds(3);
    emit(other, lease, running());
    now = now.plusSeconds(1);
    emit(other, lease, requestEnd(), idle(new StopReason.EndTurn()));
    assertThat(figure(later, "drover_turns_total")).isEqualTo("1");
    assertThat(figure(later, "drover_turn_seconds_count")).isEqualTo("1");
    assertThat(Double.parseDouble(figure(later, "drover_turn_seconds_sum"))).isBetween(7.0, 7.001);
    now = now.plusSeconds(5);
    emit(other, lease, running());
    emit(other, lease, idle(new StopReason.EndTurn()));
    assertThat(figure(later, "drover_turns_total")).isEqualTo("2");
    assertThat(figure(later, "drover_turn_seconds_count")).isEqualTo("2");
  }

  @Test
  void aTurnOfUnknownLengthIsCountedAndNotMeasured() {
    turns.idle(NOBODY, new StopReason.EndTurn(), () -> LoggedTurn.UNKNOWN);
    assertThat(figure("drover_turns_total")).isEqualTo("1");
    assertThat(figure("drover_turn_seconds_count")).isEqualTo("none");
  }

  @Test
  void aPauseInWhichNothingRanIsNoTurn() {
    var lease = begun();
    var waiting = new StopReason.RequiresAction(List.of(id()));
    emit(log, lease, requestEnd(), idle(waiting));
    assertThat(figure("drover_turns_total")).isEqualTo("1");
    emit(log, lease, idle(waiting));
    var later = new Meters(Set.of("bash"));
    emit(new MeteredLog.Seam(later).around(store.eventLog()), lease, idle(waiting));
    assertThat(figure("drover_turns_total")).isEqualTo("1");
    assertThat(figure("drover_turn_seconds_count")).isEqualTo("1");
    assertThat(figure(later, "drover_turns_total")).isEqualTo("none");
    assertThat(figure(later, "drover_turn_seconds_count")).isEqualTo("none");
  }

  private static Feed.Item.Shown shown(String type) {
    return new Feed.Item.Shown(new EventId("sevt_1"), ThreadKey.PRIMARY, type, "{}");
  }
}
