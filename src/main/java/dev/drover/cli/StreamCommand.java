package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.List;

/// `drover events stream`: prints the events of a session's stream until it ends or the output is
/// closed.
final class StreamCommand {
  static final String DELTAS = "--deltas";
  static final String UNTIL_IDLE = "--until-idle";

  private final Invocation invocation;

  StreamCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /// @return the exit status: 0 if the session, or the wait for it, has ended
  int run() throws Refusal, IOException, InterruptedException {
    boolean untilIdle = invocation.arguments().has(UNTIL_IDLE);
    var output = invocation.output();
    var columns = EventLine.columns();
    try (var stream =
        invocation.api().stream(
            invocation.id(IdLookup.Kind.SESSION), invocation.arguments().has(DELTAS))) {
      for (var frame = stream.next(); frame.isPresent(); frame = stream.next()) {
        var event = frame.get().event();
        if (output.json() && !output.yaml()) {
          output.line(frame.get().data());
        } else {
          output.rows(columns, List.of(event));
        }
        if (isOver(event, untilIdle) || output.isClosed()) {
          return 0;
        }
      }
    }
    invocation.say("the server closed the stream");
    return 1;
  }

  private static boolean isOver(Json.Obj event, boolean untilIdle) {
    return switch (TurnOutcome.type(event)) {
      case "session.deleted", "session.status_terminated" -> true;
      case "session.status_idle" -> untilIdle;
      default -> false;
    };
  }
}
