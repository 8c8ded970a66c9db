package dev.drover.brain;

import dev.drover.base.Scope;
import dev.drover.hands.BuiltInTool;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.session.Status;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Has the hands carry out the calls of a reply.
final class Acting {
  private final Sitting at;

  Acting(Sitting at) {
    this.at = at;
  }

  /// Records that the calls are handed over, runs them side by side, and records their results in
  /// the order in which the model asked, until an interrupt comes.
  Pen.Next act(Step.Act step) throws InterruptedException {
    var calls = step.calls();
    var intents = at.opening(step.turn());
    for (var call : calls) {
      if (foregone(call).isEmpty()) {
        intents.add(
            Pen.entry(new Event.ToolDispatched(at.id(), call.use().id(), call.attempts() + 1)));
      }
    }
    if (!intents.isEmpty() && at.pen().write(Status.RUNNING, intents) == Pen.Next.STOP) {
      return Pen.Next.STOP;
    }
    try (var scope = new Scope(at.bell()::ring)) {
      var tasks = calls.stream().map(call -> scope.fork(() -> run(call))).toList();
      boolean interrupted = false;
      for (int i = 0; i < calls.size(); i++) {
        interrupted = interrupted || !at.await(tasks.get(i));
        if (interrupted && !tasks.get(i).isDone()) {
          continue;
        }
        var result = at.result(calls.get(i), tasks.get(i).join());
        if (at.pen().write(Status.RUNNING, List.of(result)) == Pen.Next.STOP) {
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
        : at.harness()
            .hands()
            .execute(
                at.session().id(),
                new ToolCall(call.use().id(), call.use().name(), call.use().input()));
  }

  /// The result of a call that must not run: it is not allowed, or an earlier brain handed it to a
  /// hand, died, and nobody can know how far it came.
  private static Optional<ToolResult> foregone(Fold.Call call) {
    var name = call.use().name();
    if (call.use() instanceof Event.AgentToolUse use
        && use.permission() == Event.Permission.NOT_ENABLED) {
      return Optional.of(ToolResult.error("Permission to use " + name + " has been denied."));
    }
    var decision = call.decision();
    if (decision != null && !decision.allow()) {
      return Optional.of(ToolResult.error(rejected(name, decision.denyMessage())));
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

  private static String rejected(String name, @Nullable String why) {
    return "The user rejected this use of " + name + (why == null ? "." : ": " + why);
  }
}
