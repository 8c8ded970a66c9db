package dev.drover.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a session's row says follows from the events of its log, whatever order they come in.
final class ProgressTest {
  private static final EventId ID = new EventId("sevt_1");
  private static final ThreadId THREAD = new ThreadId("sthr_1");
  private static final Usage USED = new Usage(1, 2, 3, 4, 5);

  private static final Event RUNS = new Event.StatusRunning(ID);
  private static final Event ASKS = new Event.ModelRequestStart(ID);
  private static final Event ASKED = new Event.ModelRequestEnd(ID, ID, false, ModelUsage.NONE);
  private static final Event WAITS = new Event.StatusRescheduled(ID);
  private static final Event OVER = new Event.StatusTerminated(ID);
  private static final Event REPORTS =
      new Event.UsageReported(ID, USED, Optional.empty(), Optional.empty());

  private static Event idle(StopReason reason) {
    return new Event.StatusIdle(ID, reason);
  }

  private static Event ends() {
    return idle(new StopReason.EndTurn());
  }

  private static Event pauses() {
    return idle(new StopReason.RequiresAction(List.of(ID)));
  }

  /// The time of a position.
  private static Instant at(int position) {
    return Instant.ofEpochSecond(position);
  }

  private static Progress fold(List<Event> events) {
    var progress = Progress.of(Instant.EPOCH);
    for (int i = 0; i < events.size(); i++) {
      progress =
          progress.after(
              new Stored(i + 1, at(i + 1), ThreadKey.PRIMARY, events.get(i), "{}", null));
    }
    return progress;
  }

  static Stream<Arguments> statuses() {
    return Stream.of(
        Arguments.of(List.of(), Status.IDLE, 0),
        Arguments.of(List.of(ASKED), Status.IDLE, 0),
        Arguments.of(List.of(RUNS), Status.RUNNING, 1),
        Arguments.of(List.of(RUNS, RUNS), Status.RUNNING, 1),
        Arguments.of(List.of(RUNS, ASKS, ASKED), Status.RUNNING, 1),
        Arguments.of(List.of(RUNS, WAITS), Status.RESCHEDULING, 0),
        Arguments.of(List.of(RUNS, WAITS, RUNS), Status.RUNNING, 3),
        Arguments.of(List.of(RUNS, REPORTS, ends()), Status.IDLE, 0),
        Arguments.of(List.of(RUNS, pauses()), Status.IDLE, 0),
        Arguments.of(List.of(RUNS, pauses(), RUNS), Status.RUNNING, 3),
        Arguments.of(List.of(RUNS, OVER), Status.TERMINATED, 0),
        Arguments.of(List.of(new Event.ThreadRunning(ID, THREAD, "A"), RUNS), Status.RUNNING, 2));
  }

  /// @param since the position of the event that it runs since; 0: it does not
  @ParameterizedTest
  @MethodSource("statuses")
  void theStatusIsThatOfTheLastEventThatHasOne(List<Event> events, Status status, int since) {
    var progress = fold(events);
    assertThat(progress.status()).isEqualTo(status);
    assertThat(progress.runningSince()).isEqualTo(since == 0 ? null : at(since));
    assertThat(progress.started()).isEqualTo(events.contains(RUNS));
    assertThat(progress.updatedAt()).isEqualTo(at(events.size()));
    assertThat(progress.atWork())
        .isEqualTo(status == Status.RUNNING || status == Status.RESCHEDULING);
  }

  static Stream<Arguments> boundaries() {
    return Stream.of(
        Arguments.of(List.of(RUNS, ASKS, ASKED), 0, 2),
        Arguments.of(List.of(RUNS, ASKS, ASKED, ends()), 4, 2),
        Arguments.of(List.of(RUNS, ASKS, ASKED, ends(), RUNS, ASKS), 4, 6),
        Arguments.of(List.of(RUNS, ASKS, ASKED, pauses()), 1, 2),
        Arguments.of(List.of(RUNS, ASKS, ASKED, ASKS, ASKED, pauses()), 3, 4),
        Arguments.of(List.of(ASKS, pauses()), 0, 1),
        Arguments.of(List.of(RUNS, pauses()), 0, 0),
        Arguments.of(List.of(RUNS, ASKS, ASKED, idle(new StopReason.BudgetReached())), 1, 2),
        Arguments.of(List.of(RUNS, ASKS, ASKED, idle(new StopReason.RetriesExhausted())), 4, 2),
        Arguments.of(List.of(RUNS, ASKS, idle(new StopReason.Refusal(Json.EMPTY))), 3, 2),
        Arguments.of(List.of(RUNS, ASKS, ASKED, pauses(), RUNS, ends()), 6, 2),
        Arguments.of(List.of(RUNS, ASKS, ASKED, WAITS), 0, 2),
        Arguments.of(List.of(RUNS, ASKS, ASKED, ends(), OVER), 4, 2));
  }

  @ParameterizedTest
  @MethodSource("boundaries")
  void aTurnThatIsPausedIsFoldedAgainFromItsLastRequest(
      List<Event> events, long boundary, long lastRequest) {
    var progress = fold(events);
    assertThat(progress.boundary()).isEqualTo(boundary);
    assertThat(progress.lastRequest()).isEqualTo(lastRequest);
  }

  @Test
  void theUsageIsTheOneThatWasReportedLast() {
    assertThat(fold(List.of(RUNS, ASKS, ASKED)).usage()).isEqualTo(Usage.NONE);
    assertThat(fold(List.of(RUNS, REPORTS, ends(), RUNS)).usage()).isEqualTo(USED);
  }
}
