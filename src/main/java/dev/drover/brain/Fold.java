package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.session.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the log says of a session's present: folded once from the last boundary, then fed each
/// append. Everything that [Plan] decides on is here or in the inbox. One thread.
final class Fold {
  /// A call of the last reply.
  ///
  /// @param attempts how often it was handed to a hand
  record Call(Event.AgentToolUse use, int attempts, boolean answered) {}

  private long position;
  private Status status = Status.IDLE;
  private Usage reported;
  private Usage turn = Usage.NONE;
  private @Nullable Instant runningSince;
  private @Nullable EventId open;
  private boolean owed;
  private int failures;
  private Step.@Nullable BackOff retry;
  private String stopReason = "";
  private Json.Obj stopDetails = Json.EMPTY;
  private final Map<EventId, Call> calls = new LinkedHashMap<>();

  /// @param boundary as the session's row has it
  /// @param reported what the session's row says it has used
  Fold(long boundary, Usage reported) {
    this.position = boundary;
    this.reported = reported;
  }

  void addAll(List<Stored> events) {
    events.forEach(this::add);
  }

  private void add(Stored stored) {
    position = stored.position();
    switch (stored.event()) {
      case Event.StatusRunning _ -> {
        if (status == Status.IDLE) {
          failures = 0;
        }
        status = Status.RUNNING;
        runningSince = stored.processedAt();
        retry = null;
      }
      case Event.StatusRescheduled _ -> {
        turn = turn.plusActive(activeUntil(stored.processedAt()));
        status = Status.RESCHEDULING;
        runningSince = null;
        retry = readRetry(stored);
      }
      case Event.StatusIdle _ -> {
        status = Status.IDLE;
        runningSince = null;
        retry = null;
        owed = false;
        calls.clear();
        turn = Usage.NONE;
      }
      case Event.StatusTerminated _ -> status = Status.TERMINATED;
      case Event.UsageReported e -> reported = e.usage();
      case Event.UserMessage _ -> owed = true;
      case Event.ModelRequestStart e -> {
        open = e.id();
        calls.clear();
      }
      case Event.AgentToolUse e -> calls.put(e.id(), new Call(e, 0, false));
      case Event.ToolDispatched e ->
          calls.computeIfPresent(
              e.toolUseId(), (_, call) -> new Call(call.use(), e.attempt(), call.answered()));
      case Event.AgentToolResult e -> {
        calls.computeIfPresent(
            e.toolUseId(), (_, call) -> new Call(call.use(), call.attempts(), true));
        owed = unanswered().isEmpty();
      }
      case Event.ModelRequestEnd e -> {
        open = null;
        turn = turn.plus(e.usage());
        if (e.isError()) {
          failures++;
        } else {
          failures = 0;
          var reply = stored.hidden() == null ? Json.EMPTY : stored.hidden();
          stopReason = String.valueOf(reply.text("stop_reason"));
          stopDetails = reply.object("stop_details");
          owed = stopReason.equals("pause_turn");
        }
      }
      default -> {}
    }
  }

  /// The position of the last event folded.
  long position() {
    return position;
  }

  Status status() {
    return status;
  }

  /// What the client was last told: the cached figure.
  Usage reported() {
    return reported;
  }

  /// What the session has used by `now`, this turn included.
  Usage usedBy(Instant now) {
    return new Usage(
        reported.inputTokens() + turn.inputTokens(),
        reported.outputTokens() + turn.outputTokens(),
        reported.cacheReadTokens() + turn.cacheReadTokens(),
        reported.cacheCreationTokens() + turn.cacheCreationTokens(),
        reported.activeMicros() + turn.activeMicros() + activeUntil(now));
  }

  /// The model request that has begun and not ended.
  Optional<EventId> open() {
    return Optional.ofNullable(open);
  }

  /// Whether there is something that the model has not answered.
  boolean owed() {
    return owed;
  }

  /// Model requests that failed since the last that did not, or since the turn began.
  int failures() {
    return failures;
  }

  /// Until when a session is paused.
  Optional<Step.BackOff> retry() {
    return Optional.ofNullable(retry);
  }

  /// Why the last reply stopped, in the model's words; empty before the first.
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

  /// What to keep beside [Event.StatusRescheduled].
  static Json.Obj retry(Instant at, Duration pause) {
    return Json.obj("retry_at_ms", at.toEpochMilli(), "pause_ms", pause.toMillis());
  }

  private static Step.BackOff readRetry(Stored rescheduled) {
    var kept = rescheduled.hidden() == null ? Json.EMPTY : rescheduled.hidden();
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
