package dev.drover.cli;

import dev.drover.base.Json;
import java.time.Duration;

/// Shows a run while it happens. One thread.
interface Renderer {
  /// Whether text is shown while it is written.
  boolean previews();

  /// How long nothing may come before [#quiet] is called, again and again.
  Duration patience();

  void begin(String session, String model);

  /// One event or preview, each once.
  ///
  /// @param json the event as it was received
  void event(Json.Obj event, String json);

  void quiet();

  /// A line about the session, among what happens in it.
  void note(String line);

  /// Whether nobody sees any more what is shown: the reader of a pipe has gone.
  boolean isClosed();

  /// Something that the command itself has to say, at once.
  void notice(String line);

  /// The last call.
  ///
  /// @param again how to look at the session again, in a line or two
  void end(Ending ending, Json.Obj usage, Duration wall, String again);
}
