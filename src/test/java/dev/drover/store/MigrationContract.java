package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.store.sql.OldSchema;
import dev.drover.store.sql.SqlCheck;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A store that an earlier Drover wrote is brought to the present schema with all that it holds.
abstract class MigrationContract extends StoreContract {
  private static final Delivery WAITS = new Delivery("waits", false);
  private static final Delivery PROCESSED = new Delivery("processed", false);
  private static final Delivery HALF = new Delivery("half", false);

  private final List<SessionId> sessions = new ArrayList<>();
  private EventId use = eventId();

  /// Where the store of before is.
  abstract String oldUrl();

  abstract Store openOld() throws StoreUnusable;

  abstract SqlCheck checkOld() throws StoreUnusable;

  /// Where [#store] is.
  abstract String url();

  /// The database's name.
  abstract String database();

  static IntStream allVersions() {
    return IntStream.rangeClosed(1, OldSchema.LAST);
  }

  /// A session at rest, one at work, one that waits for its client, one with a send of which a part
  /// is processed, one that is archived, and one that nothing was ever sent to.
  private void fill() {
    var rests = newSession();
    var hello = message("hello ünïcode 🐎");
    var lease = store.eventLog().receive(rests, List.of(hello), PROCESSED).lease().orElseThrow();
    append(lease, new Event.StatusRunning(eventId()), hello);
    appended(
        store
            .eventLog()
            .emitEvents(
                lease,
                emission(
                    OptionalLong.of(1),
                    answer("hi"),
                    new Event.StatusIdle(eventId(), new StopReason.EndTurn()))));
    var works = newSession();
    var asked = message("work");
    var working = send(works, asked);
    var call = new Event.AgentToolUse(eventId(), "bash", Json.EMPTY, Event.Permission.ALLOWED);
    use = call.id();
    append(
        working,
        new Event.StatusRunning(eventId()),
        asked,
        new Event.ModelRequestStart(eventId()),
        call);
    append(working, new Event.AgentToolResult(eventId(), use, Json.arr(), false));
    store.eventLog().receive(works, List.of(message("1"), message("2")), WAITS);
    var half = newSession();
    var first = message("first");
    var holding =
        store
            .eventLog()
            .receive(half, List.of(first, message("second"), message("third")), HALF)
            .lease()
            .orElseThrow();
    append(holding, new Event.StatusRunning(eventId()), first, answer("half"));
    var over = newSession();
    store.sessions().archive(WORKSPACE, over);
    sessions.addAll(List.of(rests, works, half, over, newSession()));
    for (int i = 0; i < 20; i++) {
      sessions.add(newSession());
      append(store.eventLog().claim(sessions.getLast()).orElseThrow(), answer("a"), answer("b"));
    }
  }

  /// What is in a session, but for who holds it: whoever did is gone.
  private record Held(Object session, List<Stored> log, Object inbox, Object sends) {}

  private Held held(Store from, SessionId id, int version) {
    var session = from.sessions().getSession(id);
    var sends = version < 8 ? List.of() : from.eventLog().sends(id, Duration.ofMinutes(2));
    return new Held(
        session,
        from.eventLog().getEvents(id, Slice.after(0, 1_000)),
        from.eventLog().inbox(id),
        sends);
  }

  /// A schema of before is brought forward with what it holds.
  final void assertBroughtForward(int version) throws Exception {
    fill();
    copy(version);
    reopened();
    try (var old = openOld()) {
      for (var id : sessions) {
        assertThat(held(old, id, version)).isEqualTo(held(store, id, version));
      }
      assertThat(old.eventLog().unfinished())
          .contains(sessions.get(1), sessions.get(2))
          .doesNotContain(sessions.get(0), sessions.get(3), sessions.get(4));
    }
    try (var check = checkOld()) {
      var columns = new ArrayList<String>();
      check.run(
          new SqlCheck.Hearer() {
            @Override
            public void finding(String session, long position, String sentence) {
              // Of the turns these logs are no examples.
              if (sentence.contains("column") || sentence.contains("inbox") || session.isEmpty()) {
                columns.add(sentence);
              }
            }

            @Override
            public void note(String session, String sentence) {}
          });
      assertThat(columns).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 10, 13})
  void agentsAndEnvironmentsOfBeforeAreResources(int version) throws Exception {
    try (var connection = DriverManager.getConnection(oldUrl())) {
      OldSchema.make(connection, database(), version);
      new OldCatalog(connection, version).fill();
    }
    try (var old = openOld()) {
      OldCatalog.assertMigrated(old, version);
    }
  }

  private void copy(int version) throws SQLException, StoreUnusable {
    try (var now = DriverManager.getConnection(url());
        var old = DriverManager.getConnection(oldUrl())) {
      OldSchema.copy(now, old, database(), version);
    }
  }

  @Test
  void aSendOfBeforeIsNotReceivedAgain() throws Exception {
    fill();
    copy(OldSchema.LAST);
    try (var old = openOld()) {
      assertReceived(old, sessions.get(0), PROCESSED, 1, 0);
      assertReceived(old, sessions.get(1), WAITS, 2, 2);
      assertReceived(old, sessions.get(2), HALF, 3, 2);
    }
  }

  private void assertReceived(Store old, SessionId id, Delivery first, int events, int waiting) {
    var again = new Delivery(first.fingerprint(), true);
    var before = store.eventLog().receive(id, List.of(message("again")), again);
    var receipt = old.eventLog().receive(id, List.of(message("again")), again);
    assertThat(receipt.events()).hasSize(events).isEqualTo(before.events());
    assertThat(old.eventLog().inbox(id).queued())
        .hasSize(waiting)
        .isEqualTo(store.eventLog().inbox(id).queued());
  }

  @Test
  void theWorkGoesOn() throws Exception {
    fill();
    copy(OldSchema.LAST);
    try (var old = openOld()) {
      var id = sessions.get(1);
      var lease = old.eventLog().claim(id).orElseThrow();
      var result = new Event.AgentToolResult(eventId(), use, Json.arr(), false);
      var second = emission(result);
      assertThatThrownBy(() -> old.eventLog().emitEvents(lease, second))
          .hasMessageContaining("has a result");
      var inbox = old.eventLog().inbox(id);
      var taken = new ArrayList<Event>();
      inbox.queued().forEach(queued -> taken.add(queued.event()));
      taken.add(become(Status.IDLE));
      var emission =
          emission(OptionalLong.of(inbox.received()), taken.toArray(Event[]::new))
              .knowing(inbox.head());
      assertThat(appended(old.eventLog().emitEvents(lease, emission)))
          .extracting(Stored::position)
          .containsExactly(inbox.head() + 1, inbox.head() + 2, inbox.head() + 3);
      assertThat(old.eventLog().inbox(id).queued()).isEmpty();
      old.sessions().delete(WORKSPACE, sessions.get(3));
      assertThat(old.eventLog().getEvents(sessions.get(3), Slice.after(0, 9))).isEmpty();
    }
  }

  /// Whatever stops it: here it is a table in its way, which it meets when most is done.
  @Test
  void aMigrationThatStopsHalfWayLeavesTheOldStore() throws Exception {
    fill();
    copy(OldSchema.LAST);
    execute("CREATE TABLE inbox_next (number BIGINT)");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> openOld().close()).isInstanceOf(StoreUnusable.class);
    }
    execute("DROP TABLE inbox_next");
    reopened();
    try (var old = openOld()) {
      for (var id : sessions) {
        assertThat(held(old, id, OldSchema.LAST)).isEqualTo(held(store, id, OldSchema.LAST));
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection old = DriverManager.getConnection(oldUrl());
        var statement = old.createStatement()) {
      statement.execute(sql);
    }
  }
}
