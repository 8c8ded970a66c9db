package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The fold of a session's thread. Together with the inbox, it has everything that [Plan] needs to
/// decide. Not safe for many threads.
final class ThreadFold {
  /// A call of the last reply.
  ///
  /// @param attempts how often the call was dispatched
  /// @param hand the hand to which the call was last dispatched; empty if none, or if the log does
  ///   not say
  /// @param decision the client's confirmation; null if there is none yet
  /// @param refusal the reason, for the model, why the call must not run; null if it may run
  /// @param repeatable whether an MCP server says that the call may run twice
  record Call(
      Event.ToolUse use,
      int attempts,
      Optional<HandId> hand,
      Event.@Nullable UserToolConfirmation decision,
      boolean answered,
      @Nullable String refusal,
      boolean repeatable) {
    static Call of(Event.ToolUse use, Json.@Nullable Obj hidden) {
      var refusal = hidden == null ? null : hidden.text(Replies.REFUSAL);
      boolean repeatable =
          hidden != null && hidden.get(Replies.REPEATABLE).equals(Optional.of(Json.of(true)));
      return new Call(use, 0, Optional.empty(), null, false, refusal, repeatable);
    }

    /// Whether the call waits for the client.
    boolean awaited() {
      return !answered && decision == null && use.waitsForClient();
    }

    private Call dispatched(Event.ToolDispatched to) {
      return new Call(use, to.attempt(), to.hand(), decision, answered, refusal, repeatable);
    }

    private Call decided(Event.UserToolConfirmation by) {
      return new Call(use, attempts, hand, by, answered, refusal, repeatable);
    }

    private Call done() {
      return new Call(use, attempts, hand, decision, true, refusal, repeatable);
    }
  }

  private Status status = Status.IDLE;
  private Usage turn = Usage.NONE;
  private @Nullable Instant runningSince;
  private @Nullable EventId open;
  private Optional<SummaryDraft> compaction = Optional.empty();
  private Optional<StopReason> pause = Optional.empty();
  private boolean owed;
  private int failures;
  private int rounds;
  private int unusable;
  private int pauses;
  private int cuts;
  private Optional<Shortfall> shortfall = Optional.empty();
  private Step.@Nullable BackOff retry;
  private String stopReason = "";
  private Json.Obj stopDetails = Json.EMPTY;
  private final Map<EventId, Call> calls = new LinkedHashMap<>();

  void add(Stored stored) {
    switch (stored.event()) {
      case Event.StatusRunning _, Event.ThreadRunning _ -> runs(stored.processedAt());
      case Event.StatusRescheduled _, Event.ThreadRescheduled _ -> isRescheduled(stored);
      case Event.StatusIdle e -> isIdle(e.reason(), stored);
      case Event.ThreadIdle e -> isIdle(e.reason(), stored);
      case Event.StatusTerminated _, Event.ThreadTerminated _ -> status = Status.TERMINATED;
      case Event.Damaged e ->
          throw new IllegalStateException(
              "event %d cannot be read: %s".formatted(stored.position(), e.why()));
      case Event.UserMessage _ -> owed = true;
      case Event.ModelRequestStart e -> {
        open = e.id();
        compaction = SummaryDraft.read(stored.hidden());
        if (compaction.isEmpty()) {
          calls.clear();
        }
      }
      case Event.ToolUse e -> calls.put(e.id(), Call.of(e, stored.hidden()));
      case Event.ToolDispatched e ->
          calls.computeIfPresent(e.toolUseId(), (_, call) -> call.dispatched(e));
      case Event.UserToolConfirmation e ->
          calls.computeIfPresent(e.toolUseId(), (_, call) -> call.decided(e));
      case Event.ToolResult e -> answered(e);
      case Event.ModelRequestEnd e when compaction.isPresent() -> summarized(e);
      case Event.ModelRequestEnd e -> ended(e, hidden(stored));
      case Event.CompactionFailed _ -> failures = 0;
      default -> {}
    }
  }

  // A status is recorded twice, for the thread and for the session; the first one counts. The
  // hidden data is stored with the session's event.

  private void runs(Instant since) {
    if (status == Status.RUNNING) {
      return;
    }
    if (status == Status.IDLE) {
      failures = 0;
      begin();
    }
    status = Status.RUNNING;
    pause = Optional.empty();
    runningSince = since;
    retry = null;
  }

  private void isRescheduled(Stored stored) {
    turn = turn.plusActive(activeUntil(stored.processedAt()));
    status = Status.RESCHEDULING;
    runningSince = null;
    retry = readRetry(hidden(stored));
  }

  private void isIdle(StopReason reason, Stored stored) {
    status = Status.IDLE;
    runningSince = null;
    retry = null;
    turn = Usage.NONE;
    if (reason.isPause()) {
      pause = Optional.of(reason);
      readStanding(hidden(stored));
    } else {
      pause = Optional.empty();
      owed = false;
      calls.clear();
    }
  }

  private void ended(Event.ModelRequestEnd end, Json.Obj kept) {
    open = null;
    turn = turn.plus(end.usage());
    if (end.isError()) {
      boolean full = Chapter.isRefusal(kept);
      failures += full ? 0 : 1;
      owed = owed || full || Omission.read(kept).isPresent();
    } else {
      failures = 0;
      replied(kept);
    }
  }

  /// A summary is no reply: what is owed to the client stays owed.
  private void summarized(Event.ModelRequestEnd end) {
    open = null;
    compaction = Optional.empty();
    turn = turn.plus(end.usage());
    failures = end.isError() ? failures + 1 : 0;
  }

  private static Json.Obj hidden(Stored stored) {
    var hidden = stored.hidden();
    return hidden == null ? Json.EMPTY : hidden;
  }

  private void replied(Json.Obj reply) {
    stopReason = String.valueOf(reply.text("stop_reason"));
    stopDetails = reply.object("stop_details");
    shortfall = Shortfall.read(reply);
    unusable = shortfall.isPresent() && calls.isEmpty() ? unusable + 1 : 0;
    pauses = calls.isEmpty() && goesOn(stopReason) ? pauses + 1 : 0;
    rounds += calls.isEmpty() && !goesOn(stopReason) ? 0 : 1;
    cuts = isCut(stopReason) ? cuts + 1 : 0;
    owed = goesOn(stopReason) || isCut(stopReason) || shortfall.isPresent();
  }

  /// Resets the counters if a new turn begins; a paused turn keeps them.
  private void begin() {
    if (pause.isEmpty()) {
      rounds = 0;
      unusable = 0;
      pauses = 0;
      cuts = 0;
    }
  }

  private void answered(Event.ToolResult result) {
    var call = calls.computeIfPresent(result.toolUseId(), (_, open) -> open.done());
    if (call != null) {
      turn = turn.plus(call.use(), result);
    }
    owed = unanswered().isEmpty();
  }

  Status status() {
    return status;
  }

  /// The usage of the running turn by `now`.
  Usage usedBy(Instant now) {
    return turn.plusActive(activeUntil(now));
  }

  /// The model request that has begun and not ended; empty if there is none.
  Optional<EventId> open() {
    return Optional.ofNullable(open);
  }

  /// The summary that the open model request asks for; empty if it is part of the conversation, or
  /// if none is open.
  Optional<SummaryDraft> compaction() {
    return compaction;
  }

  /// Whether there is input that the model has not answered.
  boolean owed() {
    return owed;
  }

  /// The number of failed model requests since the last successful one, or since the turn began.
  int failures() {
    return failures;
  }

  /// The number of replies with tool calls in this turn.
  int rounds() {
    return rounds;
  }

  /// The number of last replies in a row that could neither be shown nor acted on.
  int unusable() {
    return unusable;
  }

  /// The number of last replies in a row that only asked to be continued.
  int pauses() {
    return pauses;
  }

  /// The number of last replies in a row that reached the end of the context.
  int cuts() {
    return cuts;
  }

  /// The shortfall of the last reply; empty if it had none.
  Optional<Shortfall> shortfall() {
    return shortfall;
  }

  /// The counters to store with the [Event.StatusIdle] of a paused turn: a fold that starts at its
  /// boundary does not include the beginning of the turn.
  Json.Obj standing() {
    return Json.obj("rounds", rounds, "unusable", unusable, "pauses", pauses);
  }

  private void readStanding(Json.Obj kept) {
    rounds = (int) kept.number("rounds", rounds);
    unusable = (int) kept.number("unusable", unusable);
    pauses = (int) kept.number("pauses", pauses);
  }

  /// The pause after a failed request; empty if there is none.
  Optional<Step.BackOff> retry() {
    return Optional.ofNullable(retry);
  }

  /// The stop reason of the last reply, as the model gave it; empty before the first reply.
  String stopReason() {
    return stopReason;
  }

  Json.Obj stopDetails() {
    return stopDetails;
  }

  /// The calls of the last reply that have no result, in the model's order.
  List<Call> unanswered() {
    return calls.values().stream().filter(call -> !call.answered()).toList();
  }

  /// The tool uses that wait for the client, in the model's order.
  List<EventId> awaited() {
    return calls.values().stream().filter(Call::awaited).map(call -> call.use().id()).toList();
  }

  /// The reason why the turn is paused; empty while it runs and after its end.
  Optional<StopReason> pause() {
    return pause;
  }

  /// Whether the turn is paused until the client answers.
  boolean standsForClient() {
    return pause.stream().anyMatch(StopReason.RequiresAction.class::isInstance);
  }

  /// Whether an interrupt ends the paused turn, because the turn waits for something.
  boolean endsByInterrupt() {
    return standsForClient() || standsForUnknown();
  }

  /// Whether the turn is paused for a reason that only a newer version defines.
  boolean standsForUnknown() {
    return pause.stream().anyMatch(StopReason.Other.class::isInstance);
  }

  /// Whether the model continues after a reply with this stop reason.
  static boolean goesOn(String stopReason) {
    return stopReason.equals("pause_turn");
  }

  /// Whether a reply with this stop reason was cut off because the context is full.
  static boolean isCut(String stopReason) {
    return stopReason.equals(Chapter.CUT);
  }

  /// The JSON to store with [Event.StatusRescheduled].
  static Json.Obj retry(Instant at, Duration pause) {
    return Json.obj("retry_at_ms", at.toEpochMilli(), "pause_ms", pause.toMillis());
  }

  private static Step.BackOff readRetry(Json.Obj kept) {
    return new Step.BackOff(
        Instant.ofEpochMilli(kept.number("retry_at_ms", 0)),
        Duration.ofMillis(kept.number("pause_ms", 0)));
  }

  private long activeUntil(Instant now) {
    return runningSince == null
        ? 0
        : Math.max(0, Duration.between(runningSince, now).toNanos() / 1_000);
  }
}
