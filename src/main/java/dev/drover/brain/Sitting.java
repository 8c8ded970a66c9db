package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.hands.ToolResult;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Session;
import java.util.ArrayList;
import java.util.List;

/// One brain's time with one session: what all of its steps need. One thread, but for [#id].
record Sitting(Harness harness, Session session, Pen pen, Bell bell) {
  EventId id() {
    return new EventId(harness.ids().next(EventId.PREFIX));
  }

  /// What has to be said of a turn before a step of it.
  List<Emission.Entry> opening(Step.Opening turn) {
    var entries = new ArrayList<Emission.Entry>();
    if (turn != Step.Opening.GOES_ON) {
      entries.add(Pen.entry(new Event.StatusRunning(id())));
      entries.add(
          Pen.entry(new Event.ThreadRunning(id(), session.thread(), session.agent().name())));
    }
    return entries;
  }

  /// The entry that answers a call.
  Emission.Entry result(Fold.Call call, ToolResult result) {
    return Pen.entry(
        new Event.AgentToolResult(
            id(),
            call.use().id(),
            Json.arr(Json.obj("type", "text", "text", result.text())),
            result.isError()));
  }

  /// Waits for a task; false if an interrupt came first.
  boolean await(Scope.Task<?> task) throws InterruptedException {
    while (!task.isDone()) {
      bell.await();
      if (!task.isDone() && Plan.interrupted(pen.inbox())) {
        return false;
      }
    }
    return true;
  }
}
