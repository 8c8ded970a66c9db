package dev.drover.brain;

import dev.drover.session.EventId;
import dev.drover.session.Inbox;
import dev.drover.session.Nodes;
import dev.drover.session.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The reason why a session works or waits.
public sealed interface SessionDiagnosis {
  /// The session is terminated.
  record Terminated() implements SessionDiagnosis {}

  /// The session has no unfinished work; the next message begins a turn.
  record AtRest() implements SessionDiagnosis {}

  /// The session has unfinished work, and no node holds it.
  record Queued() implements SessionDiagnosis {}

  /// The session is held by a node that no longer exists.
  record NodeGone(String node) implements SessionDiagnosis {}

  /// The session is held by a node whose last beat is older than the lapse.
  record NodeSilent(String node, Duration silent) implements SessionDiagnosis {}

  /// This node holds the session, but no brain is awake for it.
  record BrainMissing() implements SessionDiagnosis {}

  /// The session waits for the answer to a model request.
  record ModelRequest(Instant since) implements SessionDiagnosis {}

  /// The session waits for the results of tool calls.
  record ToolCalls(List<Tail.Call> calls) implements SessionDiagnosis {
    public ToolCalls {
      calls = List.copyOf(calls);
    }
  }

  /// The session waits for the client to answer these tool uses.
  record RequiresAction(List<EventId> toolUses) implements SessionDiagnosis {
    public RequiresAction {
      toolUses = List.copyOf(toolUses);
    }
  }

  /// A model request failed and will be retried.
  record BackingOff(Instant until) implements SessionDiagnosis {}

  /// The session has reached its budget.
  record BudgetReached() implements SessionDiagnosis {}

  /// The session's brain is between two steps.
  record BetweenSteps() implements SessionDiagnosis {}

  /// The observations of a session. They are read one after the other, so they may be from slightly
  /// different moments.
  ///
  /// @param budgetReached whether the session has reached its budget
  /// @param members all nodes
  /// @param lapse the longest time that a node may be without a beat
  /// @param awake whether a brain is awake for the newest lease on the node that was asked
  record Seen(
      Status status,
      boolean budgetReached,
      Tail tail,
      Inbox inbox,
      Nodes.Holding holding,
      List<Nodes.Member> members,
      Duration lapse,
      boolean awake) {
    public Seen {
      members = List.copyOf(members);
    }
  }

  /// The diagnosis for the observations. Pure.
  static SessionDiagnosis of(Seen seen) {
    if (seen.status == Status.TERMINATED) {
      return new Terminated();
    }
    var node = seen.holding.node();
    if (node == null) {
      return seen.holding.owesWork() ? new Queued() : resting(seen);
    }
    var holder = seen.members.stream().filter(member -> member.name().equals(node)).findFirst();
    if (holder.isEmpty()) {
      return new NodeGone(node);
    }
    if (holder.get().silent().compareTo(seen.lapse) > 0) {
      return new NodeSilent(node, holder.get().silent());
    }
    return holder.get().self() && !seen.awake ? new BrainMissing() : working(seen);
  }

  private static SessionDiagnosis resting(Seen seen) {
    var awaited = seen.tail.awaited();
    if (!awaited.isEmpty()) {
      return new RequiresAction(awaited);
    }
    boolean waits = seen.budgetReached && !seen.inbox.queued().isEmpty();
    return waits || seen.tail.stoppedAtBudget() ? new BudgetReached() : new AtRest();
  }

  private static SessionDiagnosis working(Seen seen) {
    if (seen.status == Status.RESCHEDULING && seen.tail.retry().isPresent()) {
      return new BackingOff(seen.tail.retry().get());
    }
    if (seen.status != Status.RUNNING) {
      return new BetweenSteps();
    }
    var asking = seen.tail.asking();
    if (asking.isPresent()) {
      return new ModelRequest(asking.get());
    }
    var calls = seen.tail.calls();
    return calls.isEmpty() ? new BetweenSteps() : new ToolCalls(calls);
  }
}
