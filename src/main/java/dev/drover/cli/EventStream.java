package dev.drover.cli;

import dev.drover.base.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Server-sent events, one by one. Read by one thread; closed by any.
final class EventStream implements AutoCloseable {
  private final InputStream body;
  private final BufferedReader lines;

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
            throw new IOException(Turn.message(event.object("error")));
          }
          return event;
        }
      } catch (Json.Malformed _) {
        // Said below.
      }
      throw new IOException("the stream holds what is not an event");
    }
  }

  EventStream(InputStream body) {
    this.body = body;
    lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
  }

  /// Waits for the next event; empty at the end. Comments, pings and an event that was cut off are
  /// left out.
  ///
  /// @throws IOException when the connection broke
  Optional<Frame> next() throws IOException {
    var type = "message";
    StringBuilder data = null;
    for (String line; (line = lines.readLine()) != null; ) {
      if (line.isEmpty()) {
        if (data != null && !type.equals("ping")) {
          return Optional.of(new Frame(type, data.toString()));
        }
        type = "message";
        data = null;
        continue;
      }
      int colon = line.indexOf(':');
      var field = colon < 0 ? line : line.substring(0, colon);
      var value =
          colon < 0 ? "" : line.substring(colon + (line.startsWith(" ", colon + 1) ? 2 : 1));
      if (field.equals("event")) {
        type = value;
      } else if (field.equals("data")) {
        data = data == null ? new StringBuilder(value) : data.append('\n').append(value);
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException _) {
      // it is of no use any more either way
    }
  }
}
