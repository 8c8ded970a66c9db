package dev.drover.cli;

import dev.drover.base.Json;
import java.time.Duration;

/// A live view of a run. Not safe for concurrent use.
interface Renderer {
  /// The view for this process: for programs, for a terminal, or for a file.
  static Renderer of(Shell shell, boolean json) {
    return json
        ? new JsonRenderer(shell.out(), shell.err())
        : shell.live()
            ? new LiveRenderer(shell.out(), shell.err(), shell.width(), System::nanoTime)
            : new PlainRenderer(shell.out(), shell.err());
  }

  /// Whether texts are shown while they are written.
  boolean previews();

  /// The time without events after which [#quiet] is called, repeatedly.
  Duration patience();

  void begin(String session, String model);

  /// Shows an event or a preview. Each is passed once.
  ///
  /// @param json the event as it was received
  void event(Json.Obj event, String json);

  void quiet();

  /// Shows a line about the session among its events.
  void note(String line);

  /// Whether the output can no longer be written, for example because the reader of a pipe has
  /// exited.
  boolean isClosed();

  /// Shows a message of the command itself at once.
  void notice(String line);

  /// Shows the end of the run; called last.
  ///
  /// @param again how to read the session later, in one or two lines
  void end(Ending ending, Json.Obj usage, Duration wall, String again);
}
