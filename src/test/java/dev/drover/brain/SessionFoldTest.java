package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ModelUsage;
import dev.drover.session.Money;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.ThreadId;
import dev.drover.session.ThreadKey;
import dev.drover.session.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Each thread's events are folded by themselves; the budget and what was used are the session's.
final class SessionFoldTest {
  private static final ThreadKey CHILD = ThreadKey.of(1);
  private static final ThreadId NAME = new ThreadId("sthr_child");

  private final SessionFold fold = new SessionFold(4, Usage.NONE, Optional.of(new Money(100)));
  private long position = 4;
  private int ids;

  private EventId id() {
    return new EventId("sevt_" + ++ids);
  }

  private void add(ThreadKey thread, Event... events) {
    for (var event : events) {
      position++;
      fold.addAll(
          List.of(
              new Stored(position, Instant.ofEpochSecond(position), thread, event, "{}", null)));
    }
  }

  private Event.AgentToolUse use() {
    return new Event.AgentToolUse(id(), "bash", Json.EMPTY, Event.Permission.ALLOWED);
  }

  @Test
  void aThreadDoesNotSeeTheCallsAndRequestsOfAnother() {
    var primary = fold.thread(ThreadKey.PRIMARY);
    var mine = use();
    var start = new Event.ModelRequestStart(id());
    add(ThreadKey.PRIMARY, new Event.StatusRunning(id()), start, mine);
    add(CHILD, new Event.ThreadRunning(id(), NAME, "C"), new Event.ModelRequestStart(id()));
    var its = use();
    add(CHILD, its, new Event.ThreadIdle(id(), NAME, "C", new StopReason.EndTurn()));
    assertThat(primary.open()).contains(start.id());
    assertThat(primary.unanswered()).extracting(call -> call.use().id()).containsExactly(mine.id());
    assertThat(primary.status()).isEqualTo(Status.RUNNING);
    assertThat(fold.thread(CHILD).status()).isEqualTo(Status.IDLE);
    assertThat(fold.thread(CHILD).unanswered()).isEmpty();
    assertThat(fold.position()).isEqualTo(position);
  }

  @Test
  void aThreadIsFoldedFromItsOwnStatusEventsAlone() {
    add(CHILD, new Event.ThreadRunning(id(), NAME, "C"));
    assertThat(fold.thread(CHILD).status()).isEqualTo(Status.RUNNING);
    assertThat(fold.thread(ThreadKey.PRIMARY).status()).isEqualTo(Status.IDLE);
    add(CHILD, new Event.ThreadRescheduled(id(), NAME, "C"));
    assertThat(fold.thread(CHILD).status()).isEqualTo(Status.RESCHEDULING);
    add(CHILD, new Event.ThreadTerminated(id(), NAME, "C"));
    assertThat(fold.thread(CHILD).status()).isEqualTo(Status.TERMINATED);
    assertThat(fold.thread(ThreadKey.PRIMARY).status()).isEqualTo(Status.IDLE);
  }

  @Test
  void aStatusThatComesAsTheThreadsAndAsTheSessionsCountsOnce() {
    add(
        ThreadKey.PRIMARY,
        new Event.StatusRunning(id()), // at 5 s
        new Event.ThreadRunning(id(), NAME, "P"),
        new Event.ThreadRescheduled(id(), NAME, "P"), // at 7 s
        new Event.StatusRescheduled(id()));
    var late = Instant.ofEpochSecond(1_000);
    assertThat(fold.usedBy(late)).isEqualTo(Usage.NONE.plusActive(2_000_000));
  }

  @Test
  void allThreadsUseTheOneBudget() {
    var end = new Event.ModelRequestEnd(id(), id(), false, new ModelUsage(1, 2, 3, 4));
    add(ThreadKey.PRIMARY, end);
    add(CHILD, end);
    assertThat(fold.usedBy(Instant.EPOCH)).isEqualTo(new Usage(2, 4, 6, 8, 0));
    assertThat(fold.budget()).contains(new Money(100));
    add(
        ThreadKey.PRIMARY,
        new Event.SessionUpdated(
            id(),
            Json.obj(
                "budget",
                Json.obj("max_list_cost", Json.obj("amount", "900", "currency", "USD")))));
    assertThat(fold.budget()).contains(new Money(900));
  }

  @Test
  void aThreadsFoldIsTheSameAsLongAsTheSessionsLives() {
    var before = fold.thread(CHILD);
    add(CHILD, new Event.UserMessage(id(), Json.arr()));
    assertThat(fold.thread(CHILD)).isSameAs(before);
    assertThat(before.owed()).isTrue();
    assertThat(fold.thread(ThreadKey.PRIMARY).owed()).isFalse();
  }
}
