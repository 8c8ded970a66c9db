package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Delivery;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.Inbox;
import dev.drover.session.Job;
import dev.drover.session.Lease;
import dev.drover.session.ModelUsage;
import dev.drover.session.Money;
import dev.drover.session.Overview;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Usage;
import dev.drover.session.WebRequests;
import dev.drover.wire.Times;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every [Sessions] does.
abstract class SessionsContract extends StoreContract {
  private Sessions sessions() {
    return store.sessions();
  }

  private static Sessions.Listing listing(int limit, Optional<String> page, boolean ascending) {
    return narrowed(limit, page, ascending, null, null);
  }

  private static Sessions.Listing everything(boolean includeArchived, Status... statuses) {
    return new Sessions.Listing(
        1_000,
        Optional.empty(),
        true,
        includeArchived,
        Set.of(statuses),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Sessions.Listing madeFrom(AgentId agent, OptionalInt version) {
    return new Sessions.Listing(
        1_000,
        Optional.empty(),
        true,
        true,
        Set.of(),
        Optional.of(agent),
        version,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Sessions.Listing narrowed(
      int limit,
      Optional<String> page,
      boolean ascending,
      @Nullable Instant from,
      @Nullable Instant to) {
    return new Sessions.Listing(
        limit,
        page,
        ascending,
        false,
        Set.of(),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.ofNullable(from),
        Optional.ofNullable(to));
  }

  private SessionId inStatus(Status status) {
    var id = newSession();
    var lease = store.eventLog().claim(id).orElseThrow();
    appended(store.eventLog().emitEvents(lease, emission(become(status))));
    store.eventLog().release(lease);
    clock.move(Duration.ofSeconds(1));
    return id;
  }

  // Keeping

  @Test
  void aSessionIsReadBackAsItWasMade() throws Exception {
    var session = session(WORKSPACE, clock.instant());
    sessions().create(session, List.of());
    reopened();
    assertThat(sessions().getSession(session.id())).isEqualTo(session);
    assertThat(sessions().getSession(WORKSPACE, session.id())).isEqualTo(session);
  }

  @Test
  void theNotesOfASessionAreReadBackToTheLetter() throws Exception {
    var plain = session(WORKSPACE, clock.instant());
    var notes = List.of("Two lines:\n  \"one\" and \\two\\", "", "ünïcode 🐎\u0001", "{}");
    var session = new Session(plain.id(), plain.origin().withNotes(notes), plain.editable());
    sessions().create(session, List.of());
    reopened();
    var read = sessions().getSession(session.id());
    assertThat(read).isEqualTo(session);
    assertThat(read.primary().notes()).isEqualTo(notes);
    assertThat(sessions().list(WORKSPACE, everything(false)).items()).containsExactly(session);
  }

  @Test
  void aSessionIsMadeOnce() {
    var session = session(WORKSPACE, clock.instant());
    sessions().create(session, List.of());
    assertThatThrownBy(() -> sessions().create(session, List.of()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anotherWorkspacesSessionIsNotThere() {
    var id = newSession();
    var message = "Session " + id + " not found.";
    assertProblem(
        () -> sessions().getSession(OTHER_WORKSPACE, id), Problem.Kind.NOT_FOUND, message);
    assertProblem(() -> sessions().archive(OTHER_WORKSPACE, id), Problem.Kind.NOT_FOUND, message);
    assertProblem(() -> sessions().delete(OTHER_WORKSPACE, id), Problem.Kind.NOT_FOUND, message);
    assertThat(sessions().list(OTHER_WORKSPACE, everything(true)).items()).isEmpty();
    assertThat(sessions().getSession(id).progress().archivedAt()).isNull();
  }

  @Test
  void anUnknownSessionIsNotFound() {
    assertProblem(
        () -> sessions().getSession(new SessionId("sesn_unknown")),
        Problem.Kind.NOT_FOUND,
        "Session sesn_unknown not found.");
  }

  // What appends do to the row

  @Test
  void theRowFollowsTheLog() throws Exception {
    var created = clock.instant();
    var id = newSession();
    clock.move(Duration.ofSeconds(5));
    var hello = message("hello");
    var lease = send(id, hello);
    var before = sessions().getSession(id);
    assertThat(before.status()).isEqualTo(Status.IDLE);
    assertThat(before.progress().started()).isFalse();
    var stored = append(lease, hello, new Event.StatusRunning(eventId()), answer("hi"));
    var running = sessions().getSession(id);
    assertThat(running.status()).isEqualTo(Status.RUNNING);
    assertThat(running.progress().started()).isTrue();
    assertThat(running.progress().runningSince()).isEqualTo(stored.get(1).processedAt());
    assertThat(running.progress().updatedAt()).isEqualTo(stored.get(2).processedAt());
    assertThat(running.origin().createdAt()).isEqualTo(created);
    clock.move(Duration.ofSeconds(5));
    append(lease, new Event.StatusRunning(eventId()));
    assertThat(sessions().getSession(id).progress().runningSince())
        .isEqualTo(stored.get(1).processedAt());
    var usage = new Usage(1, 2, 3, 4, 5_000_000, new WebRequests(6, 7));
    var report =
        new Event.UsageReported(
            eventId(), usage, Optional.of(new Money(3)), Optional.of(new Money(250)));
    var end = emission(OptionalLong.of(1), report, become(Status.IDLE));
    var last = appended(store.eventLog().emitEvents(lease, end)).getLast();
    reopened();
    var idle = sessions().getSession(id);
    assertThat(idle.status()).isEqualTo(Status.IDLE);
    assertThat(idle.progress().usage()).isEqualTo(usage);
    assertThat(idle.progress().runningSince()).isNull();
    assertThat(idle.progress().started()).isTrue();
    assertThat(idle.progress().boundary()).as("the end of the turn").isEqualTo(last.position());
    assertThat(idle.progress().updatedAt()).isEqualTo(last.processedAt());
    assertThat(idle.progress().lastRequest()).isZero();
  }

  @Test
  void theRowIsUntouchedByAnEmissionThatIsRefused() {
    var id = newSession();
    var lease = store.eventLog().claim(id).orElseThrow();
    append(lease, answer("hi"));
    var before = sessions().getSession(id);
    clock.move(Duration.ofSeconds(1));
    assertThatThrownBy(
            () -> store.eventLog().emitEvents(lease, emission(answer("no"), message("never"))))
        .isInstanceOf(IllegalStateException.class);
    store.eventLog().emitEvents(new Lease(id, 99), emission(answer("no")));
    store.eventLog().emitEvents(lease, emission(OptionalLong.of(9), answer("no")));
    assertThat(sessions().getSession(id)).isEqualTo(before);
  }

  // Listing

  private List<SessionId> five(WorkspaceId workspace) {
    var made = new ArrayList<SessionId>();
    for (int i = 0; i < 5; i++) {
      var session = session(workspace, clock.instant());
      sessions().create(session, List.of());
      made.add(session.id());
      if (i % 2 == 0) {
        clock.move(Duration.ofSeconds(1));
      }
    }
    return made;
  }

  private List<SessionId> pages(int limit, boolean ascending) {
    var seen = new ArrayList<SessionId>();
    Optional<String> next = Optional.empty();
    do {
      var page = sessions().list(WORKSPACE, listing(limit, next, ascending));
      assertThat(page.items()).isNotEmpty().hasSizeLessThanOrEqualTo(limit);
      page.items().forEach(session -> seen.add(session.id()));
      next = page.next();
    } while (next.isPresent());
    return seen;
  }

  @Test
  void pagesHoldEachSessionOnceInOrder() throws Exception {
    five(OTHER_WORKSPACE);
    var made = five(WORKSPACE);
    reopened();
    var ascending = pages(5, true);
    assertThat(ascending).containsExactlyInAnyOrderElementsOf(made);
    assertThat(ascending.getFirst()).isEqualTo(made.getFirst());
    for (int limit = 1; limit <= 6; limit++) {
      assertThat(pages(limit, true)).isEqualTo(ascending);
      assertThat(pages(limit, false).reversed()).isEqualTo(ascending);
    }
  }

  @Test
  void onePagesBackAsOnePagedOn() throws Exception {
    five(OTHER_WORKSPACE);
    five(WORKSPACE);
    reopened();
    for (boolean ascending : List.of(true, false)) {
      for (int limit = 1; limit <= 6; limit++) {
        var pages = new ArrayList<Page<Session>>();
        Optional<String> cursor = Optional.empty();
        do {
          pages.add(sessions().list(WORKSPACE, listing(limit, cursor, ascending)));
          cursor = pages.getLast().next();
        } while (cursor.isPresent());
        assertThat(pages.getFirst().previous()).isEmpty();
        var page = pages.getLast();
        for (int i = pages.size() - 2; i >= 0; i--) {
          assertThat(page.previous()).isPresent();
          page = sessions().list(WORKSPACE, listing(limit, page.previous(), ascending));
          assertThat(page).isEqualTo(pages.get(i));
        }
      }
    }
  }

  @Test
  void listsChooseByAgentAndVersion() {
    newSession();
    var session = session(WORKSPACE, clock.instant());
    sessions().create(session, List.of());
    for (var version : List.of(OptionalInt.empty(), OptionalInt.of(3))) {
      assertThat(sessions().list(WORKSPACE, madeFrom(session.origin().agentId(), version)).items())
          .containsExactly(session);
    }
    assertThat(
            sessions()
                .list(WORKSPACE, madeFrom(session.origin().agentId(), OptionalInt.of(2)))
                .items())
        .isEmpty();
    assertThat(
            sessions()
                .list(OTHER_WORKSPACE, madeFrom(session.origin().agentId(), OptionalInt.empty()))
                .items())
        .isEmpty();
  }

  @Test
  void listsChooseByTimeInclusively() {
    var made = new ArrayList<Session>();
    for (int i = 0; i < 4; i++) {
      made.add(session(WORKSPACE, clock.instant()));
      sessions().create(made.getLast(), List.of());
      clock.move(Duration.ofSeconds(1));
    }
    var from = made.get(1).origin().createdAt();
    var to = made.get(2).origin().createdAt();
    assertThat(sessions().list(WORKSPACE, narrowed(9, Optional.empty(), true, from, to)).items())
        .containsExactly(made.get(1), made.get(2));
    assertThat(sessions().list(WORKSPACE, narrowed(9, Optional.empty(), false, from, null)).items())
        .containsExactly(made.get(3), made.get(2), made.get(1));
  }

  @Test
  void aFilterByTimeMayNotLeaveTheCursorBehind() {
    var made = five(WORKSPACE);
    var first = sessions().list(WORKSPACE, listing(2, Optional.empty(), true));
    var last = first.items().getLast().origin().createdAt();
    assertThat(sessions().list(WORKSPACE, narrowed(9, first.next(), true, last, null)).items())
        .hasSize(made.size() - 2);
    assertProblem(
        () ->
            sessions().list(WORKSPACE, narrowed(9, first.next(), true, last.plusSeconds(1), null)),
        Problem.Kind.INVALID_REQUEST,
        "page token lies outside the created_at filter");
    assertProblem(
        () ->
            sessions().list(WORKSPACE, narrowed(9, first.next(), true, null, last.minusSeconds(1))),
        Problem.Kind.INVALID_REQUEST,
        "page token lies outside the created_at filter");
  }

  @Test
  void aPageIsNotMovedByWhatComesMeanwhile() {
    var made = new ArrayList<>(five(WORKSPACE));
    Collections.reverse(made);
    var all = pages(10, false);
    var first = sessions().list(WORKSPACE, listing(2, Optional.empty(), false));
    newSession();
    sessions().delete(WORKSPACE, all.get(1));
    var second = sessions().list(WORKSPACE, listing(2, first.next(), false));
    assertThat(second.items()).extracting(Session::id).isEqualTo(all.subList(2, 4));
  }

  @Test
  void listsLeaveArchivedSessionsOutUnlessAsked() {
    var kept = newSession();
    var archived = newSession();
    sessions().archive(WORKSPACE, archived);
    assertThat(sessions().list(WORKSPACE, everything(false)).items())
        .extracting(Session::id)
        .containsExactly(kept);
    assertThat(sessions().list(WORKSPACE, everything(true)).items())
        .extracting(Session::id)
        .containsExactlyInAnyOrder(kept, archived);
  }

  @Test
  void listsChooseByStatus() {
    var idle = newSession();
    var running = inStatus(Status.RUNNING);
    var rescheduling = inStatus(Status.RESCHEDULING);
    assertThat(sessions().list(WORKSPACE, everything(false, Status.RUNNING)).items())
        .extracting(Session::id)
        .containsExactly(running);
    assertThat(
            sessions().list(WORKSPACE, everything(false, Status.IDLE, Status.RESCHEDULING)).items())
        .extracting(Session::id)
        .containsExactlyInAnyOrder(idle, rescheduling);
  }

  @Test
  void aCursorThatIsNoneIsRefused() {
    five(WORKSPACE);
    for (var wrong :
        List.of(
            "",
            "x",
            "%%%",
            encoded("1"),
            encoded("1 AGENTS desc 1 agent_x"),
            encoded("2 SESSIONS desc 1 sesn_x"),
            encoded("1 SESSIONS up 1 sesn_x"),
            encoded("1 SESSIONS desc 1 sesn_x on"),
            encoded("1 SESSIONS desc 1 sesn_x back x"),
            encoded("1 SESSIONS desc one sesn_x"))) {
      assertProblem(
          () -> sessions().list(WORKSPACE, listing(2, Optional.of(wrong), false)),
          Problem.Kind.INVALID_REQUEST,
          "invalid page cursor");
    }
  }

  private static String encoded(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return "page_" + Base64.getUrlEncoder().encodeToString(bytes);
  }

  @Test
  void aCursorOfTheOtherOrderIsRefused() {
    five(WORKSPACE);
    var next = sessions().list(WORKSPACE, listing(2, Optional.empty(), false)).next();
    assertProblem(
        () -> sessions().list(WORKSPACE, listing(2, next, true)),
        Problem.Kind.INVALID_REQUEST,
        "page token order does not match request");
  }

  // Archiving

  // What waits for a person

  /// A session whose turn is paused.
  private SessionId paused(@Nullable Money budget, Event.ToolUse... uses) {
    var session = session(WORKSPACE, clock.instant());
    var editable = session.editable();
    var made =
        session.with(
            new Session.Editable(
                editable.agent(),
                editable.title(),
                editable.metadata(),
                Optional.ofNullable(budget)));
    sessions().create(made, List.of());
    var lease = send(made.id(), message("Go"));
    var start = new Event.ModelRequestStart(eventId());
    var events = new ArrayList<Event>();
    events.add(new Event.StatusRunning(eventId()));
    events.add(store.eventLog().inbox(made.id()).queued().getFirst().event());
    events.add(start);
    events.addAll(List.of(uses));
    events.add(new Event.ModelRequestEnd(eventId(), start.id(), false, ModelUsage.NONE));
    appended(store.eventLog().emitEvents(lease, emission(events.toArray(Event[]::new))));
    rests(lease, uses);
    return made.id();
  }

  private void rests(Lease lease, Event.ToolUse... uses) {
    var reason =
        uses.length == 0
            ? new StopReason.BudgetReached()
            : new StopReason.RequiresAction(List.of(uses).stream().map(Event::id).toList());
    var received = OptionalLong.of(store.eventLog().inbox(lease.session()).received());
    appended(
        store
            .eventLog()
            .emitEvents(lease, emission(received, new Event.StatusIdle(eventId(), reason))));
    clock.move(Duration.ofSeconds(1));
  }

  private Event.AgentToolUse asking() {
    return new Event.AgentToolUse(eventId(), "bash", Json.EMPTY, Event.Permission.ASKED);
  }

  private List<SessionId> waiting(Overview.@Nullable Wait reason) {
    var which = new Sessions.Waiting(100, Optional.empty(), Optional.ofNullable(reason));
    return sessions().waiting(WORKSPACE, which).items().stream().map(Session::id).toList();
  }

  @Test
  void pausedSessionsWaitAndTheOldestComesFirst() throws Exception {
    var first = paused(null, asking());
    inStatus(Status.IDLE);
    inStatus(Status.RUNNING);
    inStatus(Status.RESCHEDULING);
    newSession();
    var atBudget = paused(new Money(1));
    var other = paused(null);
    var archived = paused(null, asking());
    sessions().archive(WORKSPACE, archived);
    var last = paused(new Money(1), asking());
    reopened();
    assertThat(waiting(null)).containsExactly(first, atBudget, other, last);
    assertThat(waiting(Overview.Wait.CLIENT)).containsExactly(first, last);
    assertThat(waiting(Overview.Wait.BUDGET)).containsExactly(atBudget);
    assertThat(waiting(Overview.Wait.OTHER)).containsExactly(other);
    assertThat(sessions().countWaiting(WORKSPACE)).isEqualTo(4);
    assertThat(sessions().countWaiting(OTHER_WORKSPACE)).isZero();
    var which = new Sessions.Waiting(3, Optional.empty(), Optional.empty());
    var page = sessions().waiting(WORKSPACE, which);
    assertThat(page.items()).hasSize(3);
    var next = new Sessions.Waiting(3, page.next(), Optional.empty());
    assertThat(sessions().waiting(WORKSPACE, next).items())
        .extracting(Session::id)
        .containsExactly(last);
    assertThat(sessions().waiting(OTHER_WORKSPACE, which).items()).isEmpty();
    var wrong = new Sessions.Waiting(3, Optional.of("page_x"), Optional.empty());
    assertThatThrownBy(() -> sessions().waiting(WORKSPACE, wrong)).isInstanceOf(Problem.class);
  }

  @Test
  void aSessionThatWasAnsweredOrInterruptedWaitsNoLonger() {
    var use = asking();
    var more = asking();
    var session = paused(null, use, more);
    var answer = new Event.UserToolConfirmation(eventId(), use.id(), true, null);
    var lease = send(session, answer);
    assertThat(waiting(null)).isEmpty();
    rests(lease, more); // one answer is still missing
    assertThat(waiting(null)).containsExactly(session);
    assertThat(sessions().overviews(List.of(session)).getFirst().calls())
        .containsExactly(more.id());
    var interrupt = new Event.UserInterrupt(eventId());
    var again = send(session, interrupt);
    assertThat(waiting(null)).isEmpty();
    var received = OptionalLong.of(store.eventLog().inbox(session).received());
    var end = new Event.StatusIdle(eventId(), new StopReason.EndTurn());
    appended(store.eventLog().emitEvents(again, emission(received, interrupt, end)));
    assertThat(waiting(null)).isEmpty();
    assertThat(sessions().countWaiting(WORKSPACE)).isZero();
  }

  @Test
  void anOverviewSaysWhatASessionDoesAndWaitsFor() {
    var use = asking();
    var waits = paused(null, use);
    var runs = inStatus(Status.RUNNING);
    var none = new SessionId("sesn_none");
    var found = sessions().overviews(List.of(waits, none, runs));
    assertThat(found).extracting(Overview::id).containsExactlyInAnyOrder(waits, runs);
    for (var overview : found) {
      assertThat(overview.workspace()).isEqualTo(WORKSPACE);
      assertThat(overview.title()).isEqualTo("A title: ünïcode 🐎");
      boolean isWaiting = overview.id().equals(waits);
      assertThat(overview.status()).isEqualTo(isWaiting ? Status.IDLE : Status.RUNNING);
      assertThat(overview.waiting())
          .isEqualTo(isWaiting ? Optional.of(Overview.Wait.CLIENT) : Optional.empty());
      assertThat(overview.calls()).isEqualTo(isWaiting ? List.of(use.id()) : List.of());
    }
    assertThat(sessions().overviews(List.of())).isEmpty();
  }

  @Test
  void anArchivedSessionIsOver() throws Exception {
    var id = newSession();
    clock.move(Duration.ofSeconds(1));
    var lease = send(id, message("hello"));
    store.eventLog().release(lease);
    try (var subscription = feed.subscribe(id)) {
      var archived = sessions().archive(WORKSPACE, id);
      assertThat(archived.status()).isEqualTo(Status.TERMINATED);
      assertThat(archived.progress().archivedAt()).isEqualTo(clock.instant());
      assertThat(archived.progress().updatedAt()).isEqualTo(clock.instant());
      reopened();
      assertThat(sessions().getSession(id)).isEqualTo(archived);
      var log = store.eventLog().getEvents(id, Slice.after(0, 10));
      assertThat(log).hasSize(1);
      assertThat(log.getFirst().event()).isInstanceOf(Event.StatusTerminated.class);
      assertThat(json(drain(subscription))).containsExactly(log.getFirst().json());
    }
    assertThat(store.eventLog().inbox(id)).isEqualTo(new Inbox(1, 1, List.of()));
    assertThat(store.eventLog().unfinished()).isEmpty();
  }

  @Test
  void archivingAgainChangesNothing() throws Exception {
    var id = newSession();
    var archived = sessions().archive(WORKSPACE, id);
    clock.move(Duration.ofSeconds(1));
    try (var subscription = feed.subscribe(id)) {
      assertThat(sessions().archive(WORKSPACE, id)).isEqualTo(archived);
      assertThat(drain(subscription)).isEmpty();
    }
    assertThat(store.eventLog().getEvents(id, Slice.after(0, 10))).hasSize(1);
  }

  @Test
  void archivingASessionThatEndedByItselfAppendsNothing() {
    var id = inStatus(Status.TERMINATED);
    assertThat(sessions().archive(WORKSPACE, id).progress().archivedAt()).isNotNull();
    assertThat(store.eventLog().getEvents(id, Slice.after(0, 10))).hasSize(1);
  }

  @Test
  void aSessionAtWorkIsNotArchived() {
    var running = inStatus(Status.RUNNING);
    var rescheduling = inStatus(Status.RESCHEDULING);
    var about = newSession();
    var lease = send(about, message("hello"));
    assertCannotArchive(running, "running");
    assertCannotArchive(rescheduling, "rescheduling");
    assertCannotArchive(about, "running");
    store.eventLog().release(lease);
    assertThat(sessions().archive(WORKSPACE, about).status()).isEqualTo(Status.TERMINATED);
  }

  private void assertCannotArchive(SessionId id, String status) {
    assertProblem(
        () -> sessions().archive(WORKSPACE, id),
        Problem.Kind.INVALID_REQUEST,
        "Session "
            + id
            + " cannot be archived while its status is \""
            + status
            + "\". Only pending or idle sessions may be archived.");
  }

  @Test
  void aBrainOfAnArchivedSessionAppendsNothing() {
    var id = newSession();
    var lease = store.eventLog().claim(id).orElseThrow();
    sessions().archive(WORKSPACE, id);
    assertThat(store.eventLog().emitEvents(lease, emission(answer("boo"))))
        .isEqualTo(new Emitted.LeaseLost());
    store.eventLog().release(lease);
    assertThat(store.eventLog().getEvents(id, Slice.after(0, 10))).hasSize(1);
  }

  // Deleting

  @Test
  void aDeletedSessionLeavesNothing() throws Exception {
    var id = newSession();
    var hello = message("hello");
    var delivery = new Delivery("a hash", false);
    var lease =
        store
            .eventLog()
            .receive(id, List.of(hello, message("more")), delivery)
            .lease()
            .orElseThrow();
    var last = append(lease, hello).getLast();
    appended(store.eventLog().emitEvents(lease, emission(OptionalLong.of(2))));
    try (var subscription = feed.subscribe(id)) {
      sessions().delete(WORKSPACE, id);
      var farewell = json(drain(subscription));
      assertThat(farewell).hasSize(1);
      assertThat(farewell.getFirst())
          .contains("\"type\":\"session.deleted\"")
          .doesNotContain("\"processed_at\":null");
      assertThat(farewell.getFirst())
          .contains("\"processed_at\":\"" + Times.write(last.processedAt().plusNanos(1_000)));
    }
    reopened();
    var message = "Session " + id + " not found.";
    assertProblem(() -> sessions().getSession(id), Problem.Kind.NOT_FOUND, message);
    assertProblem(() -> sessions().delete(WORKSPACE, id), Problem.Kind.NOT_FOUND, message);
    assertThat(store.eventLog().getEvents(id, Slice.after(0, 10))).isEmpty();
    assertThat(store.eventLog().inbox(id)).isEqualTo(new Inbox(0, 0, List.of()));
    assertThat(store.eventLog().unfinished()).isEmpty();
    assertThat(store.eventLog().emitEvents(lease, emission(answer("boo"))))
        .isEqualTo(new Emitted.LeaseLost());
  }

  @Test
  void aRunningSessionIsNotDeleted() {
    var running = inStatus(Status.RUNNING);
    var about = newSession();
    send(about, message("hello"));
    for (var id : List.of(running, about)) {
      assertProblem(
          () -> sessions().delete(WORKSPACE, id),
          Problem.Kind.INVALID_REQUEST,
          "Cannot delete session while it is running."
              + " Send an interrupt event or wait for the session to complete.");
    }
    sessions().delete(WORKSPACE, inStatus(Status.RESCHEDULING));
    sessions().delete(WORKSPACE, inStatus(Status.TERMINATED));
  }

  @Test
  void aNewChapterIsAskedForWhateverTheSessionDoes() throws Exception {
    var id = newSession();
    var words = Optional.of("Keep the key.");
    assertThat(sessions().requestCompaction(WORKSPACE, id, words)).isEqualTo(1);
    var lease = send(id, message("hello"));
    append(lease, become(Status.RUNNING));
    try (var subscription = feed.subscribe(id)) {
      assertThat(sessions().requestCompaction(WORKSPACE, id, Optional.empty())).isEqualTo(3);
      assertThat(drain(subscription)).isEmpty();
    }
    assertThat(append(lease, answer("hi")).getFirst().position()).isEqualTo(4);
    reopened();
    assertThat(sessions().getSession(id).status()).isEqualTo(Status.RUNNING);
    var log = store.eventLog().getEvents(id, Slice.after(0, 10));
    assertThat(log.getFirst().event())
        .isInstanceOfSatisfying(
            Event.CompactionRequested.class,
            asked -> assertThat(asked.instructions()).isEqualTo(words));
    assertThat(log.get(2).event())
        .isInstanceOfSatisfying(
            Event.CompactionRequested.class, asked -> assertThat(asked.instructions()).isEmpty());
    assertProblem(
        () -> sessions().requestCompaction(OTHER_WORKSPACE, id, words),
        Problem.Kind.NOT_FOUND,
        "Session " + id + " not found.");
    assertProblem(
        () -> sessions().requestCompaction(WORKSPACE, inStatus(Status.TERMINATED), words),
        Problem.Kind.INVALID_REQUEST,
        "session has been terminated");
  }

  @Test
  void aDeleteOwesTheRemovalOfTheWorkspaceAndARefusedOneOwesNothing() throws Exception {
    var kept = newSession();
    var running = inStatus(Status.RUNNING);
    var gone = newSession();
    assertThatThrownBy(() -> sessions().delete(WORKSPACE, running)).isInstanceOf(Problem.class);
    assertThatThrownBy(() -> sessions().delete(OTHER_WORKSPACE, kept)).isInstanceOf(Problem.class);
    assertThat(store.jobs().tally().owed()).isZero();
    sessions().delete(WORKSPACE, gone);
    reopened();
    assertThat(store.jobs().claim(Set.of(Job.REMOVE_WORKSPACE), 9))
        .extracting(Job::key)
        .containsExactly(gone.value());
  }
}
