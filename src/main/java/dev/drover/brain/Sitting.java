package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.hands.ToolResult;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Session;

/// One brain's time with one session: what all of its steps need. One thread, but for [#id].
record Sitting(Harness harness, Session session, Pen pen, Bell bell) {
  EventId id() {
    return new EventId(harness.ids().next(EventId.PREFIX));
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
