package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inbox;
import dev.drover.session.ModelUsage;
import dev.drover.session.Nodes;
import dev.drover.session.Queued;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Given a session as it is seen, why it does not move.
final class SessionDiagnosisTest {
  private static final Duration LAPSE = Duration.ofSeconds(5);
  private static final Event.ModelRequestStart ASK = new Event.ModelRequestStart(id("ask"));
  private static final Event.ModelRequestEnd ASKED =
      new Event.ModelRequestEnd(id("asked"), ASK.id(), false, ModelUsage.NONE);
  private static final Event.AgentToolUse BASH = use("bash", Event.Permission.ALLOWED);
  private static final Event.AgentToolUse EDIT = use("edit", Event.Permission.ASKED);
  private static final Event.AgentCustomToolUse CUSTOM =
      new Event.AgentCustomToolUse(id("custom"), "custom", Json.EMPTY);
  private static final Event.ToolDispatched RUN_BASH =
      new Event.ToolDispatched(id("run"), BASH.id(), 1);
  private static final Event.AgentToolResult RAN =
      new Event.AgentToolResult(id("ran"), BASH.id(), Json.arr(), false);
  private static final Event.UserToolConfirmation ALLOW =
      new Event.UserToolConfirmation(id("allow"), EDIT.id(), true, null);
  private static final Event.StatusRescheduled LATER = new Event.StatusRescheduled(id("later"));

  private static EventId id(String name) {
    return new EventId("sevt_" + name);
  }

  private static Event.AgentToolUse use(String name, Event.Permission permission) {
    return new Event.AgentToolUse(id(name), name, Json.EMPTY, permission);
  }

  private static Event idle(StopReason reason) {
    return new Event.StatusIdle(id("idle"), reason);
  }

  /// Each event is of the second of its position.
  private static Tail log(Event... events) {
    var tail = new Tail();
    for (int i = 0; i < events.length; i++) {
      var hidden = events[i].equals(LATER) ? ThreadFold.retry(at(60), Duration.ofSeconds(9)) : null;
      tail.add(List.of(new Stored(i + 1, at(i + 1), ThreadKey.PRIMARY, events[i], "{}", hidden)));
    }
    return tail;
  }

  private static Instant at(long second) {
    return Instant.ofEpochSecond(second);
  }

  private static Inbox inbox(int waiting) {
    var message = new Event.UserMessage(id("message"), Json.arr());
    return new Inbox(
        waiting,
        0,
        Stream.generate(() -> new Queued(1, ThreadKey.PRIMARY, message, "{}"))
            .limit(waiting)
            .toList());
  }

  private static SessionDiagnosis.Seen seen(
      Status status, @Nullable String holder, boolean owesWork, int waiting, Tail tail) {
    return new SessionDiagnosis.Seen(
        status,
        false,
        tail,
        inbox(waiting),
        new Nodes.Holding(holder, 3, owesWork),
        List.of(
            member("self", 1, true), member("other", 4_999, false), member("silent", 5_001, false)),
        LAPSE,
        true);
  }

  private static Nodes.Member member(String name, long silent, boolean self) {
    return new Nodes.Member(name, "host", 7, at(0), Duration.ofMillis(silent), 1, self);
  }

  private static SessionDiagnosis.Seen running(Event... log) {
    return seen(Status.RUNNING, "other", true, 0, log(log));
  }

  private static SessionDiagnosis.Seen resting(Event... log) {
    return seen(Status.IDLE, null, false, 0, log(log));
  }

  private static SessionDiagnosis.Seen without(
      SessionDiagnosis.Seen seen, boolean budgetReached, boolean awake) {
    return new SessionDiagnosis.Seen(
        seen.status(),
        budgetReached,
        seen.tail(),
        seen.inbox(),
        seen.holding(),
        seen.members(),
        seen.lapse(),
        awake);
  }

  static Stream<Arguments> table() {
    var calls =
        new SessionDiagnosis.ToolCalls(
            List.of(new Tail.Call(BASH.id(), "bash", Optional.of(at(4)))));
    var begun =
        new SessionDiagnosis.ToolCalls(List.of(new Tail.Call(BASH.id(), "bash", Optional.empty())));
    var wait = idle(new StopReason.RequiresAction(List.of(EDIT.id(), CUSTOM.id())));
    var edit =
        new SessionDiagnosis.ToolCalls(List.of(new Tail.Call(EDIT.id(), "edit", Optional.empty())));
    return Stream.of(
        row("nothing was ever said", resting(), new SessionDiagnosis.AtRest()),
        row(
            "its turn is over",
            resting(ASK, ASKED, idle(new StopReason.EndTurn())),
            new SessionDiagnosis.AtRest()),
        row(
            "it is archived, whatever else",
            seen(Status.TERMINATED, null, false, 0, log(ASK)),
            new SessionDiagnosis.Terminated()),
        row(
            "a message came and nobody took it",
            seen(Status.IDLE, null, true, 1, log()),
            new SessionDiagnosis.Queued()),
        row(
            "its node let it go in the middle",
            seen(Status.RUNNING, null, true, 0, log(ASK)),
            new SessionDiagnosis.Queued()),
        row(
            "its node is gone",
            seen(Status.RUNNING, "buried", true, 0, log(ASK)),
            new SessionDiagnosis.NodeGone("buried")),
        row(
            "its node is silent",
            seen(Status.RUNNING, "silent", true, 0, log(ASK)),
            new SessionDiagnosis.NodeSilent("silent", Duration.ofMillis(5_001))),
        row(
            "nobody is awake here",
            without(seen(Status.RUNNING, "self", true, 0, log(ASK)), false, false),
            new SessionDiagnosis.BrainMissing()),
        row(
            "whether somebody is awake elsewhere is not known here",
            without(running(ASK), false, false),
            new SessionDiagnosis.ModelRequest(at(1))),
        row("the model thinks", running(ASK), new SessionDiagnosis.ModelRequest(at(1))),
        row(
            "the model thinks again",
            running(ASK, BASH, ASKED, RUN_BASH, RAN, new Event.ModelRequestStart(id("more"))),
            new SessionDiagnosis.ModelRequest(at(6))),
        row("a call runs", running(ASK, BASH, ASKED, RUN_BASH), calls),
        row("a call is about to run", running(ASK, BASH, ASKED), begun),
        row(
            "a call runs beside one that waits for the client",
            running(ASK, BASH, EDIT, RUN_BASH),
            new SessionDiagnosis.ModelRequest(at(1))),
        row("an allowed call runs", running(ASK, EDIT, ASKED, ALLOW), edit),
        row(
            "all calls are done",
            running(ASK, BASH, ASKED, RAN),
            new SessionDiagnosis.BetweenSteps()),
        row(
            "it takes a message up",
            seen(Status.IDLE, "self", true, 1, log()),
            new SessionDiagnosis.BetweenSteps()),
        row(
            "the client has to answer",
            resting(ASK, EDIT, CUSTOM, ASKED, wait),
            new SessionDiagnosis.RequiresAction(List.of(EDIT.id(), CUSTOM.id()))),
        row(
            "the client has to answer the rest",
            resting(ASK, EDIT, CUSTOM, ASKED, wait, ALLOW, wait),
            new SessionDiagnosis.RequiresAction(List.of(CUSTOM.id()))),
        row(
            "the model failed",
            seen(Status.RESCHEDULING, "self", true, 0, log(ASK, ASKED, LATER)),
            new SessionDiagnosis.BackingOff(at(60))),
        row(
            "it stopped at its budget",
            resting(ASK, ASKED, idle(new StopReason.BudgetReached())),
            new SessionDiagnosis.BudgetReached()),
        row(
            "a message crossed the end at its budget",
            without(seen(Status.IDLE, null, false, 1, log(ASK, ASKED)), true, true),
            new SessionDiagnosis.BudgetReached()),
        row(
            "its budget is met, and nothing is asked of it",
            without(resting(ASK, ASKED), true, true),
            new SessionDiagnosis.AtRest()));
  }

  private static Arguments row(String name, SessionDiagnosis.Seen seen, SessionDiagnosis expected) {
    return Arguments.of(name, seen, expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void why(String name, SessionDiagnosis.Seen seen, SessionDiagnosis expected) {
    assertThat(SessionDiagnosis.of(seen)).as(name).isEqualTo(expected);
  }
}
