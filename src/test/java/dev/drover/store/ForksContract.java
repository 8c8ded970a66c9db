package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ExportedLog;
import dev.drover.session.Fork;
import dev.drover.session.ForkPoint;
import dev.drover.session.HandId;
import dev.drover.session.Lease;
import dev.drover.session.ModelUsage;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.session.Usage;
import dev.drover.testing.ListedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What every [dev.drover.session.Sessions#fork] and [dev.drover.session.Sessions#importSession]
/// do.
abstract class ForksContract extends LogContract {
  /// The number of events of a turn.
  private static final int TURN = 7;

  /// Appends a turn with one request.
  ///
  /// @param requests the number of requests of the session after it
  private void turn(SessionId id, int requests) {
    var message = message("hello");
    var lease = send(id, message);
    var start = new Event.ModelRequestStart(eventId());
    emit(
        lease,
        new Event.StatusRunning(eventId()),
        message,
        start,
        answer("hi"),
        new Event.ModelRequestEnd(eventId(), start.id(), false, new ModelUsage(10, 5, 0, 0)),
        new Event.UsageReported(
            eventId(),
            new Usage(10L * requests, 5L * requests, 0, 0, 0),
            Optional.empty(),
            Optional.empty()),
        become(Status.IDLE));
  }

  /// Appends events, after which the session rests.
  private void emit(Lease lease, Event... events) {
    var entries =
        Stream.of(events)
            .map(
                event ->
                    new Emission.Entry(
                        ThreadKey.PRIMARY,
                        event,
                        event instanceof Event.ModelRequestEnd ? Json.obj("raw", "hidden") : null))
            .toList();
    var received = OptionalLong.of(log().inbox(lease.session()).received());
    appended(log().emitEvents(lease, new Emission(entries, received, true)));
  }

  private Fork fork(SessionId id, ForkPoint at) {
    var to = new SessionId(ids.next(SessionId.PREFIX));
    var now = clock.instant();
    return store
        .sessions()
        .fork(
            WORKSPACE,
            id,
            at,
            true,
            before -> new Session(to, before.origin().withCreatedAt(now), before.editable()));
  }

  private void assertRefused(SessionId id, ForkPoint at, String message) {
    assertProblem(() -> fork(id, at), Problem.Kind.INVALID_REQUEST, message);
  }

  /// What a check of the store finds in a session at rest.
  private List<LogCheck.Finding> findings(SessionId id) {
    var log = all(id);
    var inbox = log().inbox(id);
    var state =
        new SessionState(
            store.sessions().getSession(id).progress(),
            inbox.head(),
            inbox.received(),
            inbox.received(),
            Awaited.NOTHING,
            log.getLast().processedAt(),
            0,
            null);
    var check = new LogCheck(id, state);
    log.forEach(stored -> check.add(stored, 0));
    check.endInbox(false);
    return check.end();
  }

  @Test
  void aForkHasTheEventsUpToItsPlaceAndOneOfItsOwn() throws Exception {
    var id = newSession();
    turn(id, 1);
    turn(id, 2);
    var before = all(id);
    var row = store.sessions().getSession(id);
    clock.move(Duration.ofHours(1));
    var fork = fork(id, new ForkPoint.Position(TURN));
    reopened();
    var made = store.sessions().getSession(WORKSPACE, fork.session().id());
    assertThat(made).isEqualTo(fork.session());
    assertThat(fork.position()).isEqualTo(TURN);
    assertThat(fork.snapshot()).isEmpty();
    assertThat(fork.filesMissing()).isFalse();
    var copy = all(made.id());
    assertThat(copy.subList(0, TURN)).isEqualTo(before.subList(0, TURN));
    assertThat(copy.subList(TURN, copy.size()))
        .extracting(Stored::event)
        .singleElement()
        .isInstanceOfSatisfying(
            Event.Forked.class,
            forked -> {
              assertThat(forked.from()).isEqualTo(id);
              assertThat(forked.position()).isEqualTo(TURN);
              assertThat(forked.note()).isEmpty();
            });
    var progress = made.progress();
    assertThat(progress.status()).isEqualTo(Status.IDLE);
    assertThat(progress.usage()).isEqualTo(Usage.NONE);
    assertThat(progress.started()).isTrue();
    assertThat(progress.boundary()).isEqualTo(TURN);
    assertThat(progress.updatedAt()).isEqualTo(clock.instant());
    assertThat(made.origin().createdAt()).isEqualTo(clock.instant());
    assertThat(log().unfinished()).isEmpty();
    assertThat(findings(made.id())).isEmpty();
    assertThat(all(id)).as("the other session").isEqualTo(before);
    assertThat(store.sessions().getSession(id)).isEqualTo(row);
  }

  @Test
  void aForkGoesOnByItselfAndItsUsageCountsFromZero() {
    var id = newSession();
    turn(id, 1);
    turn(id, 2);
    var fork = fork(id, new ForkPoint.Newest()).session().id();
    turn(id, 3);
    turn(fork, 1);
    assertThat(all(fork)).hasSize(3 * TURN + 1);
    assertThat(all(fork).subList(0, 2 * TURN)).isEqualTo(all(id).subList(0, 2 * TURN));
    assertThat(store.sessions().getSession(fork).progress().usage().inputTokens()).isEqualTo(10);
    assertThat(store.sessions().getSession(id).progress().usage().inputTokens()).isEqualTo(30);
    assertThat(findings(fork)).isEmpty();
    var second = fork(fork, new ForkPoint.Newest());
    assertThat(second.position()).isEqualTo(3 * TURN + 1);
    assertThat(findings(second.session().id())).isEmpty();
    store.sessions().delete(WORKSPACE, id);
    assertThat(findings(fork)).isEmpty();
  }

  @Test
  void aForkBeginsWhereNothingIsOpen() {
    var id = newSession();
    turn(id, 1);
    turn(id, 2);
    var log = all(id);
    var idle = log.get(TURN - 1).event().id();
    assertThat(fork(id, new ForkPoint.OfEvent(idle)).position()).isEqualTo(TURN);
    assertRefused(
        id,
        new ForkPoint.Position(2),
        "at: a request, a call or a message is open at position 2. The nearest earlier place where"
            + " nothing is open is position 0 (before the first event)");
    var message = log.get(TURN + 1).event().id();
    assertRefused(
        id,
        new ForkPoint.OfEvent(message),
        ("at: a request, a call or a message is open at event %s. The nearest earlier place where"
                + " nothing is open is position 7 (event %s)")
            .formatted(message, idle));
    assertRefused(
        id, new ForkPoint.Position(15), "at: the log of the session does not have position 15");
    assertRefused(
        id,
        new ForkPoint.OfEvent(new EventId("sevt_none")),
        "at: the log of the session does not have event sevt_none");
  }

  @Test
  void aForkWithinATurnEndsTheTurn() throws Exception {
    var id = newSession();
    turn(id, 1);
    var message = message("look");
    var lease = send(id, message);
    var first = new Event.ModelRequestStart(eventId());
    var second = new Event.ModelRequestStart(eventId());
    var uses = List.of(use(), use());
    append(
        lease,
        new Event.StatusRunning(eventId()),
        message,
        first,
        uses.get(0),
        uses.get(1),
        new Event.ModelRequestEnd(eventId(), first.id(), false, ModelUsage.NONE),
        result(uses.get(1)),
        result(uses.get(0)),
        second,
        answer("found"),
        new Event.ModelRequestEnd(eventId(), second.id(), false, ModelUsage.NONE),
        become(Status.IDLE));
    var open = IntStream.of(1, 2, 3, 4, 5, 6, 7, 9, 10).map(place -> TURN + place);
    open.forEach(
        place ->
            assertThatThrownBy(() -> fork(id, new ForkPoint.Position(place)))
                .hasMessageContaining("is open at position " + place));
    var log = all(id);
    for (int place : List.of(TURN + 8, TURN + 11)) {
      var fork = fork(id, new ForkPoint.OfEvent(log.get(place - 1).event().id()));
      reopened();
      assertThat(fork.position()).isEqualTo(place);
      assertThat(fork.session().status()).isEqualTo(Status.IDLE);
      var copy = all(fork.session().id());
      assertThat(copy.subList(0, place)).isEqualTo(log.subList(0, place));
      assertThat(copy.subList(place, copy.size()))
          .extracting(stored -> stored.event().getClass().getSimpleName())
          .containsExactly("ThreadIdle", "StatusIdle", "Forked");
      assertThat(fork.session().progress().boundary()).isEqualTo(place + 2);
      assertThat(findings(fork.session().id())).isEmpty();
      assertThat(log().unfinished()).doesNotContain(fork.session().id());
      turn(fork.session().id(), 1);
      assertThat(findings(fork.session().id())).isEmpty();
    }
    assertRefused(
        id,
        new ForkPoint.Position(TURN + 9),
        ("at: a request, a call or a message is open at position %d. The nearest earlier place"
                + " where nothing is open is position %d (event %s)")
            .formatted(TURN + 9, TURN + 8, log.get(TURN + 7).event().id()));
    assertThat(fork(id, new ForkPoint.Newest()).position()).isEqualTo(TURN + 12);
    assertThat(store.sessions().settledAt(WORKSPACE, id)).isEqualTo(TURN + 12);
  }

  private Event.AgentToolUse use() {
    return new Event.AgentToolUse(
        eventId(), "bash", Json.obj("command", "ls"), Event.Permission.ALLOWED);
  }

  private Event.AgentToolResult result(Event.AgentToolUse use) {
    return new Event.AgentToolResult(eventId(), use.id(), Json.arr(), false);
  }

  @Test
  void aTurnThatIsPausedAtTheBudgetIsForkedAndEnds() {
    var id = newSession();
    turn(id, 1);
    var message = message("more");
    var lease = send(id, message);
    var start = new Event.ModelRequestStart(eventId());
    var use = use();
    emit(
        lease,
        new Event.StatusRunning(eventId()),
        message,
        start,
        use,
        new Event.ModelRequestEnd(eventId(), start.id(), false, ModelUsage.NONE),
        result(use),
        new Event.StatusIdle(eventId(), new StopReason.BudgetReached()));
    var head = log().inbox(id).head();
    assertThat(fork(id, new ForkPoint.Newest()).position()).isEqualTo(TURN);
    var fork = fork(id, new ForkPoint.Position(head)).session();
    assertThat(fork.status()).isEqualTo(Status.IDLE);
    assertThat(findings(fork.id())).isEmpty();
    turn(fork.id(), 1);
    assertThat(findings(fork.id())).isEmpty();
  }

  @Test
  void aForkOfTheStartHasNoEventsOfTheOtherSession() {
    var id = newSession();
    turn(id, 1);
    var fork = fork(id, new ForkPoint.Position(0)).session();
    assertThat(all(fork.id())).hasSize(1);
    assertThat(fork.progress().started()).isFalse();
    turn(fork.id(), 1);
    assertThat(findings(fork.id())).isEmpty();
  }

  @Test
  void aSessionThatWaitsForItsClientIsForkedBeforeThatTurn() {
    var id = newSession();
    turn(id, 1);
    var message = message("look it up");
    var lease = send(id, message);
    var start = new Event.ModelRequestStart(eventId());
    var use = new Event.AgentCustomToolUse(eventId(), "lookup", Json.EMPTY);
    emit(
        lease,
        new Event.StatusRunning(eventId()),
        message,
        start,
        use,
        new Event.ModelRequestEnd(eventId(), start.id(), false, ModelUsage.NONE),
        new Event.StatusIdle(eventId(), new StopReason.RequiresAction(List.of(use.id()))));
    assertThat(fork(id, new ForkPoint.Newest()).position()).isEqualTo(TURN);
    var head = log().inbox(id).head();
    assertRefused(
        id,
        new ForkPoint.Position(head),
        ("at: a request, a call or a message is open at position %d. The nearest earlier place"
                + " where nothing is open is position 7 (event %s)")
            .formatted(head, all(id).get(TURN - 1).event().id()));
  }

  @Test
  void aRunningSessionAndOneThatIsOverAreForked() {
    var running = newSession();
    turn(running, 1);
    var message = message("more");
    append(send(running, message), new Event.StatusRunning(eventId()), message);
    assertThat(fork(running, new ForkPoint.Newest()).position()).isEqualTo(TURN);
    var over = newSession();
    turn(over, 1);
    store.sessions().archive(WORKSPACE, over);
    var fork = fork(over, new ForkPoint.Newest());
    assertThat(fork.position()).isEqualTo(TURN);
    assertThat(fork.session().status()).isEqualTo(Status.IDLE);
    assertThat(fork.session().progress().archivedAt()).isNull();
    assertThat(findings(fork.session().id())).isEmpty();
  }

  @Test
  void anotherWorkspacesSessionIsNotForked() {
    var id = newSession();
    assertProblem(
        () ->
            store
                .sessions()
                .fork(OTHER_WORKSPACE, id, new ForkPoint.Newest(), true, before -> before),
        Problem.Kind.NOT_FOUND,
        "Session " + id + " not found.");
  }

  @Test
  void aModelIsInformedOfFilesThatAreMissing() {
    var id = newSession();
    turn(id, 1);
    var message = message("list the files");
    var lease = send(id, message);
    var start = new Event.ModelRequestStart(eventId());
    var use =
        new Event.AgentToolUse(
            eventId(), "bash", Json.obj("command", "ls"), Event.Permission.ALLOWED);
    emit(
        lease,
        new Event.StatusRunning(eventId()),
        message,
        start,
        use,
        new Event.ModelRequestEnd(eventId(), start.id(), false, ModelUsage.NONE),
        new Event.ToolDispatched(eventId(), use.id(), 1, Optional.of(new HandId("hand_1"))),
        new Event.AgentToolResult(eventId(), use.id(), Json.arr(), false),
        become(Status.IDLE));
    assertThat(note(fork(id, new ForkPoint.Newest()))).contains(Fork.FILES_MISSING);
    assertThat(note(fork(id, new ForkPoint.Position(TURN)))).isEmpty();
  }

  private Optional<String> note(Fork fork) {
    var last = all(fork.session().id()).getLast().event();
    var note = ((Event.Forked) last).note();
    assertThat(fork.filesMissing()).isEqualTo(note.isPresent());
    return note;
  }

  /// Imports a log into another workspace.
  private Session imported(SessionId from, List<Stored> log) {
    var thread = store.sessions().getSession(from).primary().id();
    var made = session(OTHER_WORKSPACE, clock.instant());
    return store.sessions().importSession(made, new ListedLog(from, thread, log));
  }

  private static List<Stored> renumbered(List<Stored> log) {
    return IntStream.range(0, log.size())
        .mapToObj(
            i -> {
              var one = log.get(i);
              return new Stored(
                  i + 1, one.processedAt(), one.thread(), one.event(), one.json(), one.hidden());
            })
        .toList();
  }

  @Test
  void anImportedSessionHasTheExportedEventsAndGoesOnByItself() throws Exception {
    var id = newSession();
    turn(id, 1);
    turn(id, 2);
    var before = all(id);
    clock.move(Duration.ofHours(1));
    var made = imported(id, before);
    reopened();
    assertThat(store.sessions().getSession(OTHER_WORKSPACE, made.id())).isEqualTo(made);
    assertThat(made.status()).isEqualTo(Status.IDLE);
    assertThat(made.progress().usage()).isEqualTo(Usage.NONE);
    assertThat(made.progress().started()).isTrue();
    var copy = all(made.id());
    assertThat(copy.subList(0, 2 * TURN)).isEqualTo(before);
    assertThat(copy.subList(2 * TURN, copy.size()))
        .extracting(Stored::event)
        .singleElement()
        .isInstanceOfSatisfying(
            Event.Imported.class,
            event -> {
              assertThat(event.from()).isEqualTo(id);
              assertThat(event.position()).isEqualTo(2 * TURN);
              assertThat(event.note()).contains(ExportedLog.NOTE);
            });
    assertThat(log().unfinished()).isEmpty();
    assertThat(findings(made.id())).isEmpty();
    turn(made.id(), 1);
    assertThat(findings(made.id())).isEmpty();
    assertThat(store.sessions().getSession(made.id()).progress().usage().inputTokens())
        .isEqualTo(10);
    assertThat(store.sessions().settledAt(OTHER_WORKSPACE, made.id())).isEqualTo(3 * TURN + 1);
    assertThat(findings(imported(made.id(), all(made.id())).id())).isEmpty();
  }

  @Test
  void aLogWithoutEventsIsImported() {
    var made = imported(newSession(), List.of());
    assertThat(all(made.id()))
        .extracting(Stored::event)
        .singleElement()
        .isInstanceOfSatisfying(Event.Imported.class, event -> assertThat(event.note()).isEmpty());
    turn(made.id(), 1);
    assertThat(findings(made.id())).isEmpty();
  }

  @Test
  void aLogThatIsNotAsDroverWritesItIsNotImported() {
    var id = newSession();
    turn(id, 1);
    var log = all(id);
    var twice = new ArrayList<>(log);
    twice.addAll(log);
    var without = new ArrayList<>(log);
    without.remove(2); // the start of the request
    assertNotImported(
        id,
        log.subList(0, TURN - 1),
        "The log of the bundle ends in the middle of a turn: the newest place where nothing is open"
            + " is position 0");
    assertNotImported(
        id,
        renumbered(without),
        "The log of the bundle has event 3, which is from the model, but no request is open");
    assertNotImported(
        id,
        renumbered(twice),
        "The log of the bundle has event 8, which has the id %s of an earlier event"
            .formatted(log.getFirst().event().id()));
  }

  private void assertNotImported(SessionId from, List<Stored> log, String message) {
    var made = session(OTHER_WORKSPACE, clock.instant());
    var exported = new ListedLog(from, made.primary().id(), log);
    assertProblem(
        () -> store.sessions().importSession(made, exported),
        Problem.Kind.INVALID_REQUEST,
        message);
    assertProblem(
        () -> store.sessions().getSession(made.id()),
        Problem.Kind.NOT_FOUND,
        "Session " + made.id() + " not found.");
  }

  @Test
  void anExportEndsWhereNothingIsOpen() {
    var id = newSession();
    assertThat(store.sessions().settledAt(WORKSPACE, id)).isZero();
    turn(id, 1);
    var message = message("more");
    append(send(id, message), new Event.StatusRunning(eventId()), message);
    assertThat(store.sessions().settledAt(WORKSPACE, id)).isEqualTo(TURN);
    assertProblem(
        () -> store.sessions().settledAt(OTHER_WORKSPACE, id),
        Problem.Kind.NOT_FOUND,
        "Session " + id + " not found.");
  }
}
