package dev.drover.telemetry;

import dev.drover.session.Event;
import dev.drover.session.Feed;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import dev.drover.session.StopReason;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The timing of each session with unfinished work, from the receipt of a message to the end of the
/// turn. Idle sessions take no memory. Safe for concurrent use.
final class Turns implements Feed.Tap {
  private static final System.Logger LOG = System.getLogger(Turns.class.getName());

  private final Meters meters;
  private final Map<SessionId, Turn> turns = new ConcurrentHashMap<>();
  private final LongAdder waiting = new LongAdder();

  /// The number of sessions of other nodes whose first token is waited for. It is shown by this
  /// node only if a client reads it here, so beyond this number the oldest is forgotten.
  static final int ELSEWHERE = 1_000;

  private final Map<SessionId, Boolean> elsewhere =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SessionId, Boolean> eldest) {
          boolean tooMany = size() > ELSEWHERE;
          if (tooMany) {
            turns.computeIfPresent(eldest.getKey(), (_, turn) -> keptIfHere(turn));
          }
          return tooMany;
        }
      };

  /// An active session. It is read and changed under the lock of the map; times are values of
  /// [System#nanoTime], or 0 for none.
  private static final class Turn {
    int waiting;
    long asked;
    long began;
    long firstWord;
    int modelCalls;
    int toolCalls;

    /// Whether this process has seen everything since the session last rested.
    boolean known;

    /// Whether a brain of this process is known to have worked for the session since then.
    boolean here;

    boolean rests() {
      return waiting == 0 && asked == 0 && began == 0 && !known && !hasCalls();
    }

    boolean hasCalls() {
      return modelCalls > 0 || toolCalls > 0;
    }

    /// Ends the turn; what follows begins in this process.
    Ended end() {
      long took = began == 0 ? 0 : System.nanoTime() - began;
      var ended = new Ended(took, known, firstWord, modelCalls, toolCalls);
      began = 0;
      firstWord = 0;
      modelCalls = 0;
      toolCalls = 0;
      known = true;
      return ended;
    }
  }

  /// A turn at its idle event.
  ///
  /// @param took in nanoseconds; 0 if this process has not seen `session.status_running`
  private record Ended(long took, boolean known, long firstWord, int modelCalls, int toolCalls) {
    static final Ended NONE = new Ended(0, false, 0, 0, 0);

    /// Whether `took` is right, also if it is 0: then nothing ran since the last idle event.
    boolean isSeen() {
      return known && (took > 0 || (modelCalls == 0 && toolCalls == 0));
    }

    LoggedTurn seen() {
      return new LoggedTurn(took > 0, Optional.of(Duration.ofNanos(took)));
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

  /// Notes that no node held the session when they were received: what follows begins here.
  void startsHere(SessionId session) {
    change(
        session,
        turn -> {
          turn.known = true;
          turn.here = true;
        });
  }

  /// Notes that some node held the session when events were received. If it is not this one, the
  /// events wait there, and only their first token may be seen here.
  void heldBySomeNode(SessionId session) {
    var isElsewhere = new AtomicBoolean();
    change(
        session,
        turn -> {
          if (!turn.here) {
            moreWait(turn, -turn.waiting);
            isElsewhere.set(true);
          }
        });
    if (isElsewhere.get()) {
      synchronized (elsewhere) {
        elsewhere.remove(session);
        elsewhere.put(session, true);
      }
    }
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
    change(
        session,
        turn -> {
          turn.here = true;
          moreWait(turn, events - turn.waiting);
        });
  }

  /// Notes that these events are in the log.
  void taken(SessionId session, int events) {
    change(session, turn -> moreWait(turn, -events));
  }

  private @Nullable Turn keptIfHere(Turn turn) {
    if (!turn.here) {
      waiting.add(-turn.waiting);
    }
    return turn.here ? turn : null;
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
          change(
              session,
              turn -> {
                turn.here = true;
                turn.began = turn.began == 0 ? System.nanoTime() : turn.began;
              });
      // The end, because a resumed turn asks again under the request that another process began.
      case Event.ModelRequestEnd _ -> change(session, turn -> turn.modelCalls++);
      case Event.ToolUse use when !use.isRunByClient() -> change(session, turn -> turn.toolCalls++);
      case Event.Failed failed -> failed(session, failed.error());
      case Event.ToolAmbiguous call -> ambiguous(session, call);
      default -> {}
    }
  }

  /// Notes that the session is idle, except for events that were received since then.
  void rested(SessionId session) {
    change(
        session,
        turn -> {
          turn.asked = turn.waiting == 0 ? 0 : turn.asked;
          turn.known = false;
          turn.here = false;
        });
  }

  /// The number of sessions that are followed.
  int followed() {
    return turns.size();
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

  /// Notes an idle event. It ends a turn if something ran since the one before it.
  ///
  /// @param logged reads the log, for a turn whose beginning this process has not seen
  void idle(SessionId session, StopReason reason, Supplier<LoggedTurn> logged) {
    var ending = new AtomicReference<>(Ended.NONE);
    change(session, turn -> ending.set(turn.end()));
    var ended = ending.get();
    var turn = ended.isSeen() ? ended.seen() : logged.get();
    if (turn.ran()) {
      var name = name(reason);
      meters.turns.increment(name);
      turn.took().ifPresent(took -> meters.turnSeconds.observe(took.toNanos() / 1e9, name));
      LOG.log(Level.INFO, "turn ended", facts(session, name, turn, ended));
    }
  }

  /// Leaves out what is not known.
  private static Facts facts(SessionId session, String reason, LoggedTurn turn, Ended ended) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("session", session);
    facts.put("stop_reason", reason);
    turn.took().ifPresent(took -> facts.put("duration_ms", Facts.millis(took.toNanos())));
    if (ended.firstWord > 0) {
      facts.put("first_token_ms", Facts.millis(ended.firstWord));
    }
    facts.put("model_calls", ended.modelCalls);
    facts.put("tool_calls", ended.toolCalls);
    return new Facts(facts);
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
