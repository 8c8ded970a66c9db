package dev.drover.telemetry;

import dev.drover.session.Event;
import dev.drover.session.Feed;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import dev.drover.session.StopReason;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// The timing of each session with unfinished work, from the receipt of a message to the end of the
/// turn. Idle sessions take no memory. Safe for concurrent use.
final class Turns implements Feed.Tap {
  private static final System.Logger LOG = System.getLogger(Turns.class.getName());

  private final Meters meters;
  private final Map<SessionId, Turn> turns = new ConcurrentHashMap<>();
  private final LongAdder waiting = new LongAdder();

  /// An active session. It is read and changed under the lock of the map; times are values of
  /// [System#nanoTime], or 0 for none.
  private static final class Turn {
    int waiting;
    long asked;
    long began;
    long firstWord;
    int modelCalls;
    int toolCalls;

    boolean rests() {
      return waiting == 0 && asked == 0 && began == 0;
    }
  }

  Turns(Meters meters) {
    this.meters = meters;
    meters.watchInbox(waiting::sum);
  }

  /// Notes that client events are about to be received.
  ///
  /// @param messages how many of them expect an answer
  void asked(SessionId session, int events, int messages) {
    change(
        session,
        turn -> {
          turn.asked = turn.asked == 0 && messages > 0 ? System.nanoTime() : turn.asked;
          moreWait(turn, events);
        });
  }

  /// Notes that these events were not received.
  void refused(SessionId session, int events) {
    change(
        session,
        turn -> {
          moreWait(turn, -events);
          turn.asked = turn.waiting == 0 && turn.began == 0 ? 0 : turn.asked;
        });
  }

  /// Notes events that an earlier process received.
  void found(SessionId session, int events) {
    change(session, turn -> moreWait(turn, events - turn.waiting));
  }

  /// Notes that these events are in the log.
  void taken(SessionId session, int events) {
    change(session, turn -> moreWait(turn, -events));
  }

  private void moreWait(Turn turn, int events) {
    int before = turn.waiting;
    turn.waiting = Math.max(0, before + events);
    waiting.add(turn.waiting - before);
  }

  /// Notes that an event of a brain is in the log.
  void appended(SessionId session, Event event) {
    switch (event) {
      case Event.StatusRunning _ ->
          change(session, turn -> turn.began = turn.began == 0 ? System.nanoTime() : turn.began);
      case Event.ModelRequestStart _ -> change(session, turn -> turn.modelCalls++);
      case Event.ToolUse use when !use.isRunByClient() -> change(session, turn -> turn.toolCalls++);
      case Event.StatusIdle idle -> end(session, name(idle.reason()));
      case Event.Failed failed -> failed(session, failed.error());
      case Event.ToolAmbiguous call -> ambiguous(session, call);
      default -> {}
    }
  }

  /// Notes that the session is idle, except for events that were received since then.
  void rested(SessionId session) {
    change(session, turn -> turn.asked = turn.waiting == 0 ? 0 : turn.asked);
  }

  /// Forgets a session that is terminated or that another node holds.
  void gone(SessionId session) {
    var turn = turns.remove(session);
    if (turn != null) {
      waiting.add(-turn.waiting);
    }
  }

  private void change(SessionId session, Consumer<Turn> change) {
    turns.compute(
        session,
        (_, known) -> {
          var turn = known == null ? new Turn() : known;
          change.accept(turn);
          return turn.rests() ? null : turn;
        });
  }

  @Override
  public void published(SessionId session, Feed.Item item) {
    switch (item) {
      case Feed.Item.PreviewStart _ -> firstWord(session);
      case Feed.Item.PreviewText _ -> {}
      case Feed.Item.Shown shown -> {
        if (shown.type().startsWith("agent.")) {
          firstWord(session);
        } else if (shown.type().equals("session.deleted")
            || shown.type().equals("session.status_terminated")) {
          gone(session);
        }
      }
    }
  }

  @Override
  public void cut() {
    meters.streamsCut.increment();
  }

  private void firstWord(SessionId session) {
    change(
        session,
        turn -> {
          if (turn.asked != 0) {
            long took = System.nanoTime() - turn.asked;
            meters.firstWord.observe(took / 1e9);
            turn.firstWord = turn.firstWord == 0 ? took : turn.firstWord;
            turn.asked = 0;
          }
        });
  }

  /// Logs outside of the lock of the map, because standard error may be slow.
  private void end(SessionId session, String reason) {
    var ended = new AtomicReference<>(Facts.of());
    change(session, turn -> ended.set(ended(session, turn, reason)));
    meters.turns.increment(reason);
    LOG.log(Level.INFO, "turn ended", ended.get());
  }

  private Facts ended(SessionId session, Turn turn, String reason) {
    long took = turn.began == 0 ? 0 : System.nanoTime() - turn.began;
    meters.turnSeconds.observe(took / 1e9, reason);
    var facts =
        Facts.of(
            "session",
            session,
            "stop_reason",
            reason,
            "duration_ms",
            Facts.millis(took),
            "first_token_ms",
            Facts.millis(turn.firstWord),
            "model_calls",
            turn.modelCalls,
            "tool_calls",
            turn.toolCalls);
    turn.began = 0;
    turn.firstWord = 0;
    turn.modelCalls = 0;
    turn.toolCalls = 0;
    return facts;
  }

  /// The message of a model server may quote the prompt and is left out.
  private static void failed(SessionId session, SessionError error) {
    LOG.log(
        Level.INFO,
        "session error",
        Facts.of(
            "session", session,
            "error", lower(error.type()),
            "retry_status", lower(error.retry())));
  }

  private void ambiguous(SessionId session, Event.ToolAmbiguous call) {
    var tool = meters.tool(call.tool());
    meters.ambiguous.increment(tool, lower(call.outcome()));
    LOG.log(
        Level.WARNING,
        "tool call ambiguous",
        Facts.of(
            "session",
            session,
            "call",
            call.toolUseId(),
            "tool",
            tool,
            "outcome",
            lower(call.outcome())));
  }

  private static String name(StopReason reason) {
    return switch (reason) {
      case StopReason.EndTurn _ -> "end_turn";
      case StopReason.RequiresAction _ -> "requires_action";
      case StopReason.RetriesExhausted _ -> "retries_exhausted";
      case StopReason.BudgetReached _ -> "budget_reached";
      case StopReason.Refusal _ -> "refusal";
      case StopReason.Other _ -> "other";
    };
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
