package dev.drover.brain;

import dev.drover.base.Scope;
import dev.drover.hands.Grip;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.Event.ToolAmbiguous.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Has the hands carry out the calls of a reply.
final class Acting {
  private final Sitting at;

  Acting(Sitting at) {
    this.at = at;
  }

  /// Takes hold of the hands that the calls need, records that the calls are handed to them, runs
  /// them side by side, and records their results in the order in which the model asked, until an
  /// interrupt comes. Only an interrupt stops a call: it goes on when this thread is interrupted,
  /// when the lease is lost and when the store fails, and whoever comes next asks for its result.
  ///
  /// A call whose hand dies and that may run again gets no result here: the next step sees to it.
  Pen.Next act(Step.Act step) throws InterruptedException {
    var opening = at.opening(step.turn());
    if (!opening.isEmpty() && at.pen().write(opening) == Pen.Next.STOP) {
      return Pen.Next.STOP;
    }
    try (var judging = new Judging(at)) {
      List<Judged> judged;
      try (var scope = new Scope(at.bell()::ring)) {
        var task = scope.fork(() -> judging.judge(step.calls()));
        if (!leavingIfCutShort(judging, () -> at.await(task))) {
          return Pen.Next.GO_ON;
        }
        judged = task.join();
      }
      try (var scope = new Scope(at.bell()::ring)) {
        return leavingIfCutShort(judging, () -> carryOut(judged, scope, judging));
      }
    }
  }

  /// Before a scope interrupts what runs in it, it must be known why.
  private static <T> T leavingIfCutShort(Judging judging, Body<T> body)
      throws InterruptedException {
    try {
      return body.run();
    } catch (InterruptedException | RuntimeException | Error e) {
      judging.leave();
      throw e;
    }
  }

  private interface Body<T> {
    T run() throws InterruptedException;
  }

  private Pen.Next carryOut(List<Judged> judged, Scope scope, Judging judging)
      throws InterruptedException {
    var intents = intents(judged);
    if (!intents.isEmpty() && at.pen().write(intents) == Pen.Next.STOP) {
      return lost(judging);
    }
    var tasks = judged.stream().map(one -> scope.fork(() -> run(one))).toList();
    boolean interrupted = false;
    for (int i = 0; i < judged.size(); i++) {
      var task = tasks.get(i);
      interrupted = interrupted || !at.await(task);
      if (interrupted && !task.isDone()) {
        continue;
      }
      var entries = outcome(judged.get(i), task.join(), judging);
      if (!entries.isEmpty() && at.pen().write(entries) == Pen.Next.STOP) {
        return lost(judging);
      }
    }
    if (interrupted) {
      // The last first: what waits in the hand for an earlier call begins as soon as that one
      // stops.
      judged.reversed().forEach(Acting::stop);
    }
    return Pen.Next.GO_ON;
  }

  private static void stop(Judged one) {
    switch (one) {
      case Judged.Resumed(var call, var grip) -> grip.stop(call.use().id());
      case Judged.Dispatched(var call, var grip) -> grip.stop(call.use().id());
      case Judged.Answered _, Judged.Reported _ -> {}
    }
  }

  /// Stops those of the calls that still run in a hand that an earlier step handed them to, the
  /// last one first.
  void stop(List<ThreadFold.Call> calls) throws InterruptedException {
    for (var hand : calls.stream().flatMap(call -> call.hand().stream()).distinct().toList()) {
      var grip = at.harness().hands().attach(at.session(), hand);
      if (grip.isPresent()) {
        try (var held = grip.get()) {
          calls.reversed().forEach(call -> held.stop(call.use().id()));
        }
      }
    }
  }

  private List<Emission.Entry> intents(List<Judged> judged) {
    var intents = new ArrayList<Emission.Entry>();
    for (var one : judged) {
      if (one instanceof Judged.Dispatched dispatched) {
        var call = dispatched.call();
        if (dispatched.retried()) {
          intents.add(ambiguous(call, Outcome.RETRIED));
        }
        intents.add(
            at.entry(
                new Event.ToolDispatched(
                    at.id(),
                    call.use().id(),
                    call.attempts() + 1,
                    Optional.of(dispatched.grip().id()))));
      }
    }
    return intents;
  }

  /// What is recorded of a call that is over; nothing if it is to run again.
  private List<Emission.Entry> outcome(Judged one, ToolResult result, Judging judging) {
    var call = one.call();
    if (!result.lost()) {
      return List.of(at.result(call, result));
    }
    return !(one instanceof Judged.Reported) && judging.mayRunAgain(call, one.attempts())
        ? List.of()
        : List.of(ambiguous(call, Outcome.REPORTED), at.result(call, result));
  }

  private Emission.Entry ambiguous(ThreadFold.Call call, Outcome outcome) {
    return at.entry(new Event.ToolAmbiguous(at.id(), call.use().id(), call.use().name(), outcome));
  }

  /// Somebody else has the session now, and asks for what its calls bring.
  private static Pen.Next lost(Judging judging) {
    judging.leave();
    return Pen.Next.STOP;
  }

  private static ToolResult run(Judged one) throws InterruptedException {
    return switch (one) {
      case Judged.Answered answered -> answered.result();
      case Judged.Reported reported -> reported.result();
      case Judged.Resumed(var call, var grip) -> execute(grip, call, true);
      case Judged.Dispatched(var call, var grip) -> execute(grip, call, false);
    };
  }

  private static ToolResult execute(Grip grip, ThreadFold.Call call, boolean again)
      throws InterruptedException {
    var use = call.use();
    return grip.execute(new ToolCall(use.id(), use.name(), use.input(), again));
  }
}
