package dev.drover.brain;

import dev.drover.catalog.McpServer;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolResult;
import dev.drover.policy.Denial;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.SessionError;
import dev.drover.tools.Inventory;
import dev.drover.tools.Runs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The routing of the calls of one step: which calls run, and on which runner. It holds the hands
/// of the calls until it is closed.
///
/// One thread at a time, except for [#leave]; call [#close] when no other thread uses it.
final class CallRouting implements AutoCloseable {
  private final WakeContext at;
  private final Errands errands;
  private final HandCarrier hands;
  private final Map<EventId, SessionError> errors = new ConcurrentHashMap<>();
  private @Nullable SessionError unavailable; // it is reported once

  /// @param lines for the model, to come before the first result from the hand
  CallRouting(WakeContext at, List<String> lines) {
    this.at = at;
    errands = new Errands(at, lines);
    hands = new HandCarrier(at, HandSpec.workspace(at.session()), errands);
  }

  /// Routes the calls, in their order. Waits for hands; the wait can be interrupted.
  List<RoutedCall> route(List<ThreadFold.Call> calls) throws InterruptedException {
    var routed = new ArrayList<RoutedCall>();
    for (var call : calls) {
      routed.add(route(call));
    }
    return routed;
  }

  private RoutedCall route(ThreadFold.Call call) throws InterruptedException {
    var refusal = refusal(call);
    if (refusal.isPresent()) {
      return new RoutedCall.Answered(call, refusal.get());
    }
    if (call.use() instanceof Event.AgentMcpToolUse use && server(use).isEmpty()) {
      return new RoutedCall.Answered(
          call, ToolResult.error("The agent no longer uses the MCP server " + use.server() + "."));
    }
    var denial = denial(call);
    var reader = reader(call);
    if (denial.isEmpty() && reader.isPresent()) {
      return new RoutedCall.Read(call, reader.get());
    }
    if (denial.isEmpty() && HandOver.isCall(call.use())) {
      return new RoutedCall.Answered(call, HandOver.answer(call.use(), at.chapter().handsOver()));
    }
    var carrier = carrier(call);
    if (call.attempts() == 0) {
      return denial.isPresent()
          ? new RoutedCall.Answered(call, ToolResult.error(denied(call, denial.get())))
          : dispatch(call, carrier);
    }
    var runner = carrier.attach(call);
    if (runner.isPresent()) {
      return new RoutedCall.Resumed(call, runner.get());
    }
    return denial.isEmpty() && mayRunAgain(call, call.attempts())
        ? dispatch(call, carrier)
        : lost(call, carrier);
  }

  /// Why the operator's policy, which may have changed since the model made the call, does not
  /// allow it; empty if it does.
  private Optional<Denial> denial(ThreadFold.Call call) {
    var cap = at.harness().tools().cap();
    return call.use() instanceof Event.AgentMcpToolUse use
        ? cap.denial(use.server(), use.name())
        : cap.denial(tool(call).map(item -> item.spec().name()).orElse(call.use().name()));
  }

  /// The runner of a call that reads the log; empty for other calls.
  private Optional<ServerCarrier> reader(ThreadFold.Call call) {
    return tool(call)
        .filter(item -> item.runs() instanceof Runs.LogReader)
        .map(_ -> (ServerCarrier) carrier(call));
  }

  private static String denied(ThreadFold.Call call, Denial why) {
    return "Permission to use %s has been denied. The cause is that %s."
        .formatted(call.use().name(), why.sentence());
  }

  /// The events to append with the dispatch records.
  List<Event> prepared() {
    return errands.events();
  }

  /// The carrier of a call. A call of a tool that this version does not have, such as a server tool
  /// of another version, goes to the hand, which answers that it has no such tool.
  private Carrier carrier(ThreadFold.Call call) {
    if (call.use() instanceof Event.AgentMcpToolUse use && server(use).isPresent()) {
      return new McpCarrier(at, server(use).get(), errors);
    }
    return switch (tool(call).map(Inventory.Item::runs).orElseGet(Runs.Hand::new)) {
      case Runs.Hand _ -> hands;
      case Runs.Server(var tool) -> new ServerCarrier(tool, at.call());
      case Runs.LogReader(var tool) -> new ServerCarrier(tool, at.call());
    };
  }

  private Optional<McpServer> server(Event.AgentMcpToolUse use) {
    return at.agent().mcpServer(use.server());
  }

  /// Empty for a tool of an MCP server, whose name may be that of another tool.
  private Optional<Inventory.Item> tool(ThreadFold.Call call) {
    return call.use() instanceof Event.AgentMcpToolUse
        ? Optional.empty()
        : at.harness().tools().named(call.use().name());
  }

  /// The error, for the client, of a call that failed because of its MCP server, or because the
  /// packages of its environment cannot be installed; empty for other calls.
  Optional<SessionError> error(ThreadFold.Call call) {
    return Optional.ofNullable(errors.get(call.use().id()));
  }

  private RoutedCall dispatch(ThreadFold.Call call, Carrier carrier) throws InterruptedException {
    try {
      return new RoutedCall.Dispatched(call, carrier.provision());
    } catch (Sandboxes.Unavailable e) {
      if (unavailable == null && e.error().isPresent()) {
        unavailable = e.error().get();
        errors.put(call.use().id(), unavailable);
      }
      return call.attempts() == 0
          ? new RoutedCall.Answered(call, ToolResult.error(String.valueOf(e.getMessage())))
          : lost(call, carrier);
    }
  }

  private static RoutedCall lost(ThreadFold.Call call, Carrier carrier) {
    return new RoutedCall.Reported(call, ToolResult.lost(carrier.lost(call.use().name())));
  }

  /// Whether a call whose runner was lost is dispatched again.
  boolean mayRunAgain(ThreadFold.Call call, int attempts) {
    return attempts < OnAmbiguous.ATTEMPTS
        && (call.repeatable()
            || tool(call)
                .filter(tool -> at.harness().onAmbiguous().retries(tool.spec()))
                .isPresent());
  }

  /// Stops the calls that still run on the runner to which an earlier step dispatched them, the
  /// last one first.
  void stop(List<ThreadFold.Call> calls) throws InterruptedException {
    for (var call : calls.reversed()) {
      var runner = carrier(call).attach(call);
      if (runner.isPresent()) {
        runner.get().stop(call.use().id());
      }
    }
  }

  /// Leaves the calls: calls in a hand continue, and another brain fetches their results. May be
  /// called at any time, by any thread.
  void leave() {
    hands.leave();
  }

  @Override
  public void close() {
    hands.close();
  }

  /// The result of a call that must not or cannot run; empty if the call may run.
  private static Optional<ToolResult> refusal(ThreadFold.Call call) {
    var name = call.use().name();
    if (call.refusal() != null) {
      return Optional.of(ToolResult.error(call.refusal()));
    }
    if (call.use().isRefused()) {
      return Optional.of(ToolResult.error("Permission to use " + name + " has been denied."));
    }
    var decision = call.decision();
    return decision == null || decision.allow()
        ? Optional.empty()
        : Optional.of(ToolResult.error(rejected(name, decision.denyMessage())));
  }

  private static String rejected(String name, @Nullable String why) {
    return "The user rejected this use of " + name + (why == null ? "." : ": " + why);
  }
}
