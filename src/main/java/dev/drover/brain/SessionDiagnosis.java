package dev.drover.brain;

import dev.drover.session.EventId;
import dev.drover.session.Inbox;
import dev.drover.session.Nodes;
import dev.drover.session.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Why a session moves, or does not.
public sealed interface SessionDiagnosis {
  /// It is over.
  record Terminated() implements SessionDiagnosis {}

  /// Nothing is owed: the next message begins a turn.
  record AtRest() implements SessionDiagnosis {}

  /// It owes work and nobody holds it.
  record Queued() implements SessionDiagnosis {}

  /// It is held by a node that is not there any more.
  record NodeGone(String node) implements SessionDiagnosis {}

  /// It is held by a node that has been silent for longer than one may be.
  record NodeSilent(String node, Duration silent) implements SessionDiagnosis {}

  /// This node holds it, and no brain is awake for it.
  record BrainMissing() implements SessionDiagnosis {}

  /// The model has been asked and has not answered.
  record ModelRequest(Instant since) implements SessionDiagnosis {}

  /// Tool calls have no result yet.
  record ToolCalls(List<Tail.Call> calls) implements SessionDiagnosis {
    public ToolCalls {
      calls = List.copyOf(calls);
    }
  }

  /// The client has to answer these tool uses.
  record RequiresAction(List<EventId> toolUses) implements SessionDiagnosis {
    public RequiresAction {
      toolUses = List.copyOf(toolUses);
    }
  }

  /// The model failed and is asked again later.
  record BackingOff(Instant until) implements SessionDiagnosis {}

  /// It has cost what it may cost.
  record BudgetReached() implements SessionDiagnosis {}

  /// Its brain is at work on what comes next.
  record BetweenSteps() implements SessionDiagnosis {}

  /// What a session looks like from outside, read one after the other: they may be of moments that
  /// are a little apart.
  ///
  /// @param budgetReached whether what it has cost has met its budget
  /// @param members all nodes
  /// @param lapse how long one may be silent
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

  /// Says why. Pure.
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
