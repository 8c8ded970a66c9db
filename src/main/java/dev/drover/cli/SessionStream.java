package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.http.Chunks;
import dev.drover.http.ServerEvents;
import dev.drover.http.ServerEvents.ServerEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// The event stream of a session. One thread reads it; any thread may close it.
final class SessionStream implements AutoCloseable {
  /// The longest event, in bytes. The length of a stream is not limited, because it may be open for
  /// days.
  private static final int MAX_EVENT = 256 * 1024 * 1024;

  /// How long a stream may be silent. The server pings silent streams at an interval that is a
  /// setting.
  static final Duration PATIENCE = Duration.ofDays(1);

  private final Runnable close;
  private final ServerEvents events;

  /// @param type of the `event` line; `message` if there is none
  /// @param data of the `data` lines
  record Frame(String type, String data) {
    /// The event in this frame.
    ///
    /// @throws IOException if there is none, or if the frame is an error of the server
    Json.Obj event() throws IOException {
      try {
        if (Json.parse(data) instanceof Json.Obj event) {
          if (type.equals("error")) {
            throw new IOException(TurnOutcome.message(event.object("error")));
          }
          return event;
        }
      } catch (Json.Malformed _) {
        // the error follows
      }
      throw new IOException("the stream contains data that is not an event");
    }
  }

  /// @param body of the response
  /// @param close closes the connection
  SessionStream(Chunks body, Runnable close) {
    this.close = close;
    events =
        new ServerEvents(
            body,
            ServerEvents.Form.STANDARD,
            new ServerEvents.Lengths(MAX_EVENT, MAX_EVENT, Long.MAX_VALUE));
  }

  /// Waits for the next event; empty at the end. Pings are skipped.
  ///
  /// @throws IOException if the connection broke
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
