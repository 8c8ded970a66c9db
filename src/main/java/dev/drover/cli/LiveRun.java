package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One session of a live replay, from its first message to its end. For one session; one thread.
final class LiveRun {
  private static final Duration LOOK = Duration.ofSeconds(1);

  /// How long a session may take to end after an interrupt.
  private static final Duration GRACE = Duration.ofMinutes(1);

  private final Invocation call;
  private final LiveBounds bounds;
  private final LiveFigures figures = new LiveFigures();
  private final long begun = System.nanoTime();
  private Optional<String> limit = Optional.empty();
  private long limitAt;
  private @Nullable Conversation conversation;

  LiveRun(Invocation call, LiveBounds bounds) {
    this.call = call;
    this.bounds = bounds;
  }

  /// The end of a run.
  ///
  /// @param stopped why it did not come to the end of the last message; empty if it did
  record Done(String session, LiveFigures figures, Optional<String> stopped) {}

  /// A session that does not end after an interrupt.
  private static final class Stuck extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// @param sends the events of each turn
  Done run(String session, List<List<Json.Obj>> sends)
      throws Refusal, IOException, InterruptedException {
    for (var send : sends) {
      var ending = turn(session, send);
      var stopped = limit.or(() -> stopped(ending));
      if (stopped.isPresent()) {
        return new Done(session, figures, stopped);
      }
    }
    return new Done(session, figures, Optional.empty());
  }

  private Ending turn(String session, List<Json.Obj> events)
      throws Refusal, IOException, InterruptedException {
    var turn = new Conversation(call.api(), session, new Watching());
    conversation = turn;
    try (var _ = call.shell().signals().handle(List.of("INT"), new CtrlC(call.shell(), turn))) {
      return turn.hold(events);
    } catch (Stuck _) {
      return new Ending(Ending.Kind.STOPPED, "it did not end after an interrupt");
    }
  }

  /// Why no further message can be sent; empty if one can. A turn that failed does not end the
  /// session, as in the recording.
  private static Optional<String> stopped(Ending ending) {
    return switch (ending.kind()) {
      case DONE, EXHAUSTED, REFUSED -> Optional.empty();
      case INTERRUPTED, WAITING, STOPPED, TERMINATED, LOST -> Optional.of(ending.words());
    };
  }

  /// Interrupts the session at a limit.
  private void check() {
    long now = System.nanoTime();
    if (limit.isPresent()) {
      if (now - limitAt > GRACE.toNanos()) {
        throw new Stuck();
      }
      return;
    }
    if (figures.tokens() > bounds.tokens()) {
      limit = Optional.of("stopped at the limit of tokens");
    } else if (now - begun > bounds.time().toNanos()) {
      limit = Optional.of("stopped at the limit of time");
    }
    if (limit.isPresent()) {
      limitAt = now;
      if (conversation != null) {
        conversation.interrupt();
      }
    }
  }

  /// Counts the events of a turn; shows nothing.
  private final class Watching implements Renderer {
    @Override
    public boolean previews() {
      return false;
    }

    @Override
    public Duration patience() {
      return LOOK;
    }

    @Override
    public void begin(String session, String model) {}

    /// An event of a client comes twice; it counts when it is processed.
    @Override
    public void event(Json.Obj event, String json) {
      if (event.text("processed_at") != null) {
        figures.take(event);
      }
      check();
    }

    @Override
    public void quiet() {
      check();
    }

    @Override
    public void note(String line) {}

    @Override
    public boolean isClosed() {
      return false;
    }

    @Override
    public void notice(String line) {
      call.say(line);
    }

    @Override
    public void end(Ending ending, Json.Obj usage, Duration wall, String again) {}
  }
}
