package dev.drover.brain;

import dev.drover.base.Scope;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.CallEnd;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.Event.ToolAmbiguous.Outcome;
import dev.drover.tools.McpNames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The part of a wake that runs the tool calls of a reply.
final class Acting {
  private final WakeContext at;
  private final List<String> lines = new ArrayList<>();

  Acting(WakeContext at) {
    this.at = at;
  }

  /// Keeps what the preparation of a hand in which no call ran has for the model.
  void keep(List<String> some) {
    lines.addAll(some);
  }

  /// Provisions the hands that the calls need, writes the dispatch records, runs the calls in
  /// parallel, and records their results in the order of the reply, until an interrupt arrives.
  /// Only a client's interrupt stops a call in a hand. If this thread is interrupted, the lease is
  /// lost or the store fails, the call continues, and the next brain fetches its result. A call in
  /// this process ends with the step.
  ///
  /// A lost call that may run again gets no result here; the next step dispatches it again.
  LogWriter.Next act(Step.Act step) throws InterruptedException {
    var opening = at.opening(step.turn());
    if (!opening.isEmpty() && at.writer().write(opening) == LogWriter.Next.STOP) {
      return LogWriter.Next.STOP;
    }
    try (var routing = new CallRouting(at, List.copyOf(lines))) {
      lines.clear();
      List<RoutedCall> routed;
      try (var scope = new Scope(at.bell()::ring)) {
        var task = scope.fork(() -> routing.route(step.calls()));
        if (!leavingIfCutShort(routing, () -> at.await(task))) {
          return LogWriter.Next.GO_ON;
        }
        routed = task.join();
      }
      try (var scope = new Scope(at.bell()::ring)) {
        return leavingIfCutShort(routing, () -> carryOut(routed, scope, routing));
      }
    }
  }

  /// Leaves the calls if `body` fails, before the scope closes and interrupts its tasks: otherwise
  /// the interrupt would stop the calls in their hands.
  private static <T> T leavingIfCutShort(CallRouting routing, Body<T> body)
      throws InterruptedException {
    try {
      return body.run();
    } catch (InterruptedException | RuntimeException | Error e) {
      routing.leave();
      throw e;
    }
  }

  private interface Body<T> {
    T run() throws InterruptedException;
  }

  private LogWriter.Next carryOut(List<RoutedCall> routed, Scope scope, CallRouting routing)
      throws InterruptedException {
    var intents = intents(routed, routing);
    if (!intents.isEmpty() && at.writer().write(intents) == LogWriter.Next.STOP) {
      return lost(routing);
    }
    var tasks = routed.stream().map(one -> scope.fork(() -> timed(one))).toList();
    boolean interrupted = false;
    for (int i = 0; i < routed.size(); i++) {
      var task = tasks.get(i);
      interrupted = interrupted || !at.await(task);
      if (interrupted && !task.isDone()) {
        continue;
      }
      var ended = task.join();
      var end = routed.size() > 1 ? Optional.of(ended.at()) : Optional.<Instant>empty();
      var entries = outcome(routed.get(i), ended.result(), end, routing);
      if (!entries.isEmpty() && at.writer().write(entries) == LogWriter.Next.STOP) {
        return lost(routing);
      }
    }
    if (interrupted) {
      // Last call first: otherwise a call that waits in the hand behind an earlier one would start
      // when that one stops.
      routed.reversed().forEach(Acting::stop);
    }
    return LogWriter.Next.GO_ON;
  }

  private static void stop(RoutedCall one) {
    switch (one) {
      case RoutedCall.Resumed(var call, var runner) -> runner.stop(call.use().id());
      case RoutedCall.Dispatched(var call, var runner) -> runner.stop(call.use().id());
      case RoutedCall.Answered _, RoutedCall.Reported _, RoutedCall.Read _ -> {}
    }
  }

  /// Stops the calls that still run on the runner to which an earlier step dispatched them.
  void stop(List<ThreadFold.Call> calls) throws InterruptedException {
    try (var routing = new CallRouting(at, List.of())) {
      routing.stop(calls);
    }
  }

  private List<Emission.Entry> intents(List<RoutedCall> routed, CallRouting routing) {
    var intents = new ArrayList<Emission.Entry>();
    routing.prepared().forEach(event -> intents.add(at.entry(event)));
    for (var one : routed) {
      if (one instanceof RoutedCall.Dispatched dispatched) {
        var call = dispatched.call();
        if (dispatched.retried()) {
          intents.add(ambiguous(call, Outcome.RETRIED));
        }
        intents.add(
            at.entry(
                new Event.ToolDispatched(
                    at.id(), call.use().id(), call.attempts() + 1, dispatched.runner().hand())));
      }
    }
    return intents;
  }

  /// The result of a call, and when it was there.
  private record Ended(ToolResult result, Instant at) {}

  private Ended timed(RoutedCall one) throws InterruptedException {
    var result = run(one);
    return new Ended(result, at.harness().clock().instant());
  }

  /// The events that record the outcome of a call; none if the call will run again.
  ///
  /// @param end when the call ended, if that may be long before this
  private List<Emission.Entry> outcome(
      RoutedCall one, ToolResult result, Optional<Instant> end, CallRouting routing) {
    var call = one.call();
    if (result.lost()
        && !(one instanceof RoutedCall.Reported)
        && routing.mayRunAgain(call, one.attempts())) {
      return List.of();
    }
    var entries = new ArrayList<Emission.Entry>();
    routing.error(call).ifPresent(error -> entries.add(at.entry(new Event.Failed(at.id(), error))));
    if (result.lost()) {
      entries.add(ambiguous(call, Outcome.REPORTED));
    }
    entries.add(at.result(call, result, end.map(CallEnd::hidden).orElse(null)));
    return entries;
  }

  private Emission.Entry ambiguous(ThreadFold.Call call, Outcome outcome) {
    var use = call.use();
    var tool =
        use instanceof Event.AgentMcpToolUse mcp
            ? McpNames.of(mcp.server(), mcp.name())
            : use.name();
    return at.entry(new Event.ToolAmbiguous(at.id(), use.id(), tool, outcome));
  }

  /// Leaves the calls after the lease was lost: the node that holds the session now fetches their
  /// results.
  private static LogWriter.Next lost(CallRouting routing) {
    routing.leave();
    return LogWriter.Next.STOP;
  }

  private static ToolResult run(RoutedCall one) throws InterruptedException {
    return switch (one) {
      case RoutedCall.Answered answered -> answered.result();
      case RoutedCall.Reported reported -> reported.result();
      case RoutedCall.Read(var call, var runner) -> execute(runner, call, false);
      case RoutedCall.Resumed(var call, var runner) -> execute(runner, call, true);
      case RoutedCall.Dispatched(var call, var runner) -> execute(runner, call, false);
    };
  }

  private static ToolResult execute(Carrier.Runner runner, ThreadFold.Call call, boolean again)
      throws InterruptedException {
    var use = call.use();
    return runner.execute(new ToolCall(use.id(), use.name(), use.input(), again));
  }
}
