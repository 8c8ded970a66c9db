package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.http.Chunks;
import dev.drover.http.ServerEvents;
import dev.drover.http.ServerEvents.ServerEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// What a session's stream brings, event by event. Read by one thread; closed by any.
final class SessionStream implements AutoCloseable {
  /// Longest event, in bytes. What a stream brings in all has no limit: it may be open for days.
  private static final int MAX_EVENT = 256 * 1024 * 1024;

  /// The server pings a stream on which nothing happens; how often is a setting of its own.
  static final Duration PATIENCE = Duration.ofDays(1);

  private final Runnable close;
  private final ServerEvents events;

  /// @param type of the `event` line; `message` without one
  /// @param data of the `data` lines
  record Frame(String type, String data) {
    /// The event that it brings.
    ///
    /// @throws IOException when it brings none, or the server's last words
    Json.Obj event() throws IOException {
      try {
        if (Json.parse(data) instanceof Json.Obj event) {
          if (type.equals("error")) {
            throw new IOException(TurnOutcome.message(event.object("error")));
          }
          return event;
        }
      } catch (Json.Malformed _) {
        // Said below.
      }
      throw new IOException("the stream contains data that is not an event");
    }
  }

  /// @param body of the response
  /// @param close cuts it
  SessionStream(Chunks body, Runnable close) {
    this.close = close;
    events =
        new ServerEvents(
            body,
            ServerEvents.Form.STANDARD,
            new ServerEvents.Lengths(MAX_EVENT, MAX_EVENT, Long.MAX_VALUE));
  }

  /// Waits for the next event; empty at the end. Pings are left out.
  ///
  /// @throws IOException when the connection broke
  Optional<Frame> next() throws IOException, InterruptedException {
    var event = events.next();
    while (event != null && event.name().equals("ping")) {
      event = events.next();
    }
    return Optional.ofNullable(event).map(SessionStream::frame);
  }

  private static Frame frame(ServerEvent event) {
    return new Frame(event.name().isEmpty() ? "message" : event.name(), event.data());
  }

  @Override
  public void close() {
    close.run();
  }
}
