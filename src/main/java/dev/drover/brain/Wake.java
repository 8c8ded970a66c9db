package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.hands.BuiltInTool;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.model.Prompt;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inbox;
import dev.drover.session.ModelUsage;
import dev.drover.session.Queued;
import dev.drover.session.Session;
import dev.drover.session.SessionError;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One brain at work on one session, from the moment it wakes until the session rests. [Plan]
/// decides; here the steps are carried out. One thread; what takes long runs on threads of its own
/// that end with the step, while this one listens to the bell.
final class Wake {
  /// The contract's text for a call that an interrupt cut short.
  static final String INTERRUPTED =
      "Tool execution was interrupted before completion. Please retry.";

  private final Harness harness;
  private final Session session;
  private final Pen pen;
  private final Bell bell;

  Wake(Harness harness, Session session, Pen pen, Bell bell) {
    this.harness = harness;
    this.session = session;
    this.pen = pen;
    this.bell = bell;
  }

  /// Works until the session rests or belongs to somebody else.
  void run() throws InterruptedException {
    Pen.Next next;
    do {
      var inbox = pen.inbox();
      next =
          switch (Plan.next(pen.fold(), inbox)) {
            case Step.Ask ask -> ask(ask);
            case Step.Act act -> act(act.calls());
            case Step.BackOff backOff -> backOff(backOff);
            case Step.Interrupt interrupt -> interrupt(interrupt.interrupt(), inbox);
            case Step.End end -> end(end.reason(), end.error(), inbox);
            case Step.Rest _ -> pen.stayIdle(List.of(), inbox, 0);
          };
    } while (next == Pen.Next.GO_ON);
  }

  /// Ends the turn for a reason that is ours, not the model's.
  void abandon(String why) {
    var error = new SessionError(SessionError.Type.UNKNOWN, why, SessionError.Retry.EXHAUSTED);
    Pen.Next next;
    do {
      next = giveUp(error, pen.inbox());
    } while (next == Pen.Next.GO_ON);
  }

  // ── the model ──

  private Pen.Next ask(Step.Ask step) throws InterruptedException {
    var start = step.open().orElseGet(this::id);
    var previews = new Previews(harness.feed(), session.id(), id(), id());
    var prompt = prompt(step.message());
    Answer answer;
    try (var scope = new Scope(bell::ring)) {
      // The request leaves before its own events are durable: a first token takes longer than a
      // commit.
      var asking = scope.fork(() -> answer(prompt, previews));
      if (step.open().isEmpty()
          && pen.write(Status.RUNNING, opening(step, start)) == Pen.Next.STOP) {
        return Pen.Next.STOP;
      }
      previews.open();
      if (!await(asking)) {
        return Pen.Next.GO_ON;
      }
      answer = asking.join();
    }
    return switch (answer) {
      case Answer.Reply reply ->
          pen.write(
              Status.RUNNING,
              Replies.entries(
                  reply,
                  start,
                  previews.message(),
                  previews.thinking(),
                  session.agent(),
                  this::id));
      case Answer.Failure failure -> failed(start, failure);
    };
  }

  private Answer answer(Prompt prompt, Previews previews) throws InterruptedException {
    try {
      var route = harness.models().route(prompt.model());
      return route.model().answer(prompt.forModel(route.name()), previews);
    } catch (Problem e) {
      return new Answer.Failure(Answer.Kind.REJECTED, e.getMessage(), Optional.empty());
    }
  }

  private Prompt prompt(Optional<Queued> message) {
    var agent = session.agent();
    var profile = harness.profile(agent.model().id());
    var system = agent.system();
    return new Prompt(
        agent.model().id(),
        profile.maxTokens(),
        agent.model().effort(),
        system == null || system.isBlank() ? Json.arr() : profile.context().system(system),
        Replies.tools(agent),
        profile
            .context()
            .messages(
                slices -> {
                  slices.accept(pen.history());
                  message.ifPresent(queued -> slices.accept(List.of(soon(queued))));
                }));
  }

  /// A message as it will stand in the log a moment from now.
  private Stored soon(Queued message) {
    return new Stored(
        pen.fold().position() + 1,
        harness.clock().instant(),
        message.event(),
        message.json(),
        null);
  }

  private List<Emission.Entry> opening(Step.Ask step, EventId start) {
    var entries = new ArrayList<Emission.Entry>();
    if (step.turn() != Step.Opening.GOES_ON) {
      entries.add(Pen.entry(new Event.StatusRunning(id())));
      entries.add(
          Pen.entry(new Event.ThreadRunning(id(), session.thread(), session.agent().name())));
    }
    step.message().ifPresent(message -> entries.add(Pen.entry(message.event())));
    entries.add(Pen.entry(new Event.ModelRequestStart(start)));
    return entries;
  }

  private Pen.Next failed(EventId start, Answer.Failure failure) {
    var inbox = pen.inbox();
    if (Plan.interrupt(inbox).isPresent()) {
      return Pen.Next.GO_ON;
    }
    int failures = pen.fold().failures() + 1;
    if (!failure.kind().retryable() || failures >= harness.retries().limit()) {
      return giveUp(Retries.error(failure, false), inbox);
    }
    var pause = harness.retries().pause(failures, failure, harness.random());
    var until = harness.clock().instant().plus(pause);
    return pen.write(
        Status.RESCHEDULING,
        List.of(
            Pen.entry(requestFailed(start)),
            Pen.entry(new Event.Failed(id(), Retries.error(failure, true))),
            Pen.entry(new Event.ThreadRescheduled(id(), session.thread(), session.agent().name())),
            Pen.entry(new Event.StatusRescheduled(id()), Fold.retry(until, pause))));
  }

  private Pen.Next backOff(Step.BackOff step) throws InterruptedException {
    while (true) {
      var left = Duration.between(harness.clock().instant(), step.until());
      left = left.compareTo(step.longest()) > 0 ? step.longest() : left;
      if (!left.isPositive() || !bell.await(left)) {
        return ask(Plan.afterBackOff());
      }
      if (Plan.interrupt(pen.inbox()).isPresent()) {
        return Pen.Next.GO_ON;
      }
    }
  }

  // ── the hands ──

  private Pen.Next act(List<Fold.Call> calls) throws InterruptedException {
    var intents = new ArrayList<Emission.Entry>();
    for (var call : calls) {
      if (foregone(call).isEmpty()) {
        intents.add(
            Pen.entry(new Event.ToolDispatched(id(), call.use().id(), call.attempts() + 1)));
      }
    }
    if (!intents.isEmpty() && pen.write(Status.RUNNING, intents) == Pen.Next.STOP) {
      return Pen.Next.STOP;
    }
    try (var scope = new Scope(bell::ring)) {
      var tasks = calls.stream().map(call -> scope.fork(() -> run(call))).toList();
      boolean interrupted = false;
      for (int i = 0; i < calls.size(); i++) {
        interrupted = interrupted || !await(tasks.get(i));
        if (interrupted && !tasks.get(i).isDone()) {
          continue;
        }
        var result = result(calls.get(i), tasks.get(i).join());
        if (pen.write(Status.RUNNING, List.of(result)) == Pen.Next.STOP) {
          return Pen.Next.STOP;
        }
      }
    }
    return Pen.Next.GO_ON;
  }

  private ToolResult run(Fold.Call call) throws InterruptedException {
    var known = foregone(call);
    return known.isPresent()
        ? known.get()
        : harness
            .hands()
            .execute(
                session.id(), new ToolCall(call.use().id(), call.use().name(), call.use().input()));
  }

  /// The result of a call that must not run: it is not allowed, or an earlier brain handed it to a
  /// hand, died, and nobody can know how far it came.
  private static Optional<ToolResult> foregone(Fold.Call call) {
    var name = call.use().name();
    if (call.use().permission() == Event.Permission.NOT_ENABLED) {
      return Optional.of(ToolResult.error("Permission to use " + name + " has been denied."));
    }
    boolean repeatable = BuiltInTool.named(name).map(BuiltInTool::readOnly).orElse(false);
    if (call.attempts() > 0 && !repeatable) {
      return Optional.of(
          ToolResult.lost(
              name
                  + ": the server stopped while this call was running. It may or may not have taken"
                  + " effect; check before trying again."));
    }
    return Optional.empty();
  }

  private Emission.Entry result(Fold.Call call, ToolResult result) {
    return Pen.entry(
        new Event.AgentToolResult(
            id(),
            call.use().id(),
            Json.arr(Json.obj("type", "text", "text", result.text())),
            result.isError()));
  }

  // ── the ends of a turn ──

  private Pen.Next interrupt(Queued interrupt, Inbox inbox) {
    var entries = new ArrayList<Emission.Entry>();
    pen.fold().open().ifPresent(start -> entries.add(Pen.entry(requestFailed(start))));
    for (var call : pen.fold().unanswered()) {
      entries.add(result(call, ToolResult.error(INTERRUPTED)));
    }
    entries.add(Pen.entry(interrupt.event()));
    return pen.fold().status() == Status.IDLE
        ? pen.stayIdle(entries, inbox, 1)
        : endTurn(entries, new StopReason.EndTurn(), inbox, 1);
  }

  private Pen.Next end(StopReason reason, Optional<SessionError> error, Inbox inbox) {
    var entries = new ArrayList<Emission.Entry>();
    error.ifPresent(e -> entries.add(Pen.entry(new Event.Failed(id(), e))));
    return endTurn(entries, reason, inbox, 0);
  }

  /// The turn is dead: what it owes is answered, what waits is taken up without an answer.
  private Pen.Next giveUp(SessionError error, Inbox inbox) {
    var entries = new ArrayList<Emission.Entry>();
    pen.fold().open().ifPresent(start -> entries.add(Pen.entry(requestFailed(start))));
    for (var call : pen.fold().unanswered()) {
      entries.add(result(call, ToolResult.error(INTERRUPTED)));
    }
    entries.add(Pen.entry(new Event.Failed(id(), error)));
    inbox.queued().forEach(queued -> entries.add(Pen.entry(queued.event())));
    return endTurn(entries, new StopReason.RetriesExhausted(), inbox, inbox.queued().size());
  }

  private Pen.Next endTurn(List<Emission.Entry> before, StopReason reason, Inbox inbox, int taken) {
    var usage = pen.fold().usedBy(harness.clock().instant());
    var entries = new ArrayList<>(before);
    entries.add(
        Pen.entry(new Event.ThreadIdle(id(), session.thread(), session.agent().name(), reason)));
    entries.add(Pen.entry(new Event.UsageReported(id(), usage)));
    entries.add(Pen.entry(new Event.StatusIdle(id(), reason)));
    return pen.endTurn(entries, usage, inbox, taken);
  }

  private Event requestFailed(EventId start) {
    return new Event.ModelRequestEnd(id(), start, true, ModelUsage.NONE);
  }

  // ── waiting ──

  /// Waits for a task; false if an interrupt came first.
  private boolean await(Scope.Task<?> task) throws InterruptedException {
    while (!task.isDone()) {
      bell.await();
      if (!task.isDone() && Plan.interrupt(pen.inbox()).isPresent()) {
        return false;
      }
    }
    return true;
  }

  private EventId id() {
    return new EventId(harness.ids().next(EventId.PREFIX));
  }
}
