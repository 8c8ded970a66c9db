package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.Session;
import java.util.List;

/// The rules for the events of one request: their order, and the threads that they name.
final class SendRules {
  private SendRules() {}

  /// @throws Problem `INVALID_REQUEST`; `NOT_FOUND` for a thread that the session does not have
  static void check(Session session, List<Event.FromClient> events) {
    if (events.isEmpty()) {
      throw Problem.invalid("events: must contain at least 1 item");
    }
    for (int i = 0; i < events.size(); i++) {
      switch (events.get(i)) {
        case Event.SystemMessage _ -> checkPlace(i, events);
        case Event.UserInterrupt interrupt ->
            interrupt.thread().ifPresent(id -> SessionDesk.thread(session, id));
        default -> {}
      }
    }
  }

  private static void checkPlace(int index, List<Event.FromClient> events) {
    boolean follows =
        index > 0
            && (events.get(index - 1) instanceof Event.UserMessage
                || events.get(index - 1) instanceof Event.UserCustomToolResult);
    if (!follows || index + 1 < events.size()) {
      throw Problem.invalid(
          "events.%d.type: a system.message must be the last event of a request and directly follow the"
                  .formatted(index)
              + " user.message, user.tool_result or user.custom_tool_result that it accompanies");
    }
  }
}
