package dev.drover.brain;

import dev.drover.hands.Grip;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// The errands of one step in the hands of its calls. Safe for many threads.
final class Errands {
  private final WakeContext at;
  private final ReentrantLock one = new ReentrantLock();
  private Prepared prepared;

  /// @param lines for the model that an earlier preparation has left
  Errands(WakeContext at, List<String> lines) {
    this.at = at;
    prepared = new Prepared(List.of(), lines);
  }

  /// Prepares the session for a hand.
  void beforeHand() throws Sandboxes.Unavailable, InterruptedException {
    for (var errand : at.harness().errands()) {
      errand.beforeHand(at.session());
    }
  }

  /// Prepares a hand for new calls.
  void before(Grip grip) throws Sandboxes.Unavailable, InterruptedException {
    one.lockInterruptibly();
    try {
      for (var errand : at.harness().errands()) {
        prepared = prepared.and(errand.before(visit(grip)));
      }
    } finally {
      one.unlock();
    }
  }

  /// The events to append with the dispatch records.
  List<Event> events() {
    return prepared.events();
  }

  /// The lines for the model, which the first result is not given any more.
  List<String> takeLines() {
    var lines = prepared.lines();
    prepared = new Prepared(prepared.events(), List.of());
    return lines;
  }

  /// Runs the call, and returns its result with what the errands add to it.
  ToolResult around(Grip grip, ToolCall call) throws InterruptedException {
    var result = grip.execute(call);
    if (result.lost() || at.harness().errands().isEmpty()) {
      return result;
    }
    one.lockInterruptibly();
    try {
      var lines = new ArrayList<String>();
      for (var errand : at.harness().errands()) {
        lines.addAll(errand.after(visit(grip), call));
      }
      var first = prepared.lines();
      prepared = Prepared.NOTHING; // its events are in the log by now
      return result.between(first, lines);
    } finally {
      one.unlock();
    }
  }

  private Visit visit(Grip grip) {
    return new Visit(at.workspace(), at.thread(), grip);
  }
}
