package dev.drover.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Sessions whose server is killed during a turn.
final class KilledSessions {
  private KilledSessions() {}

  /// Creates sessions, each with a turn that waits for the model.
  static List<String> atWork(Subject subject, Run run) throws IOException, InterruptedException {
    var sessions = new ArrayList<String>();
    for (int i = 0; i < run.size().killed(); i++) {
      var session = subject.session();
      try (var client = BenchClient.open(subject, session)) {
        client.hold(run.model());
      }
      sessions.add(session);
    }
    return sessions;
  }

  /// Opens the streams of all sessions at once, waits until each turn has ended, and checks that
  /// nothing was lost or done twice.
  ///
  /// @param since the start of the measured time, by [System#nanoTime]
  /// @return for each session, the milliseconds until a client received the first words
  static List<Double> goOn(Subject subject, List<String> sessions, long since)
      throws IOException, InterruptedException {
    return ClientThreads.of(
            sessions,
            session -> {
              try (var stream = BenchClient.stream(subject, session)) {
                return goesOn(subject, session, stream, since);
              }
            })
        .results();
  }

  /// As [#goOn], for one session whose stream is already open.
  static double goesOn(Subject subject, String session, Wire stream, long since)
      throws IOException {
    // Events from before the stream was opened are in the log.
    var log = events(subject, session);
    long seen = count(log, "agent.message") > 0 ? System.nanoTime() : 0;
    boolean idle = count(log, "session.status_idle") > 0;
    while (!idle) {
      var line = stream.bodyLine();
      if (seen == 0 && (line.equals("event: event_delta") || line.equals("event: agent.message"))) {
        seen = System.nanoTime();
      } else if (line.equals("event: session.error")) {
        throw new IOException("a turn failed after a kill: " + stream.bodyLine());
      }
      idle = line.equals("event: session.status_idle");
    }
    log = events(subject, session);
    for (var type : List.of("user.message", "agent.message", "session.status_idle")) {
      if (count(log, type) != 1) {
        throw new IOException("after a kill there are " + count(log, type) + " of " + type);
      }
    }
    return (seen - since) / 1e6;
  }

  private static String events(Subject subject, String session) throws IOException {
    try (var wire = Wire.to(subject.url())) {
      wire.write(Http.request("GET", "/v1/sessions/" + session + "/events?limit=100", ""));
      return new String(Http.answer(wire), StandardCharsets.UTF_8);
    }
  }

  private static int count(String log, String type) {
    return log.split("\"type\":\"" + type.replace(".", "[.]") + "\"", -1).length - 1;
  }
}
