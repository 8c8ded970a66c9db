package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One message to a session and the turn that follows, shown live. [#interrupt] is safe on any
/// thread; the other methods are for one thread.
final class Conversation {
  /// The number of events that may wait to be shown. If a stopped terminal blocks the reader, the
  /// server closes the stream, and the missed events are listed later.
  private static final int BACKLOG = 1_024;

  private final Api api;
  private final String session;
  private final Renderer renderer;
  private final TurnOutcome turn = new TurnOutcome();
  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>(BACKLOG);
  private final AtomicBoolean interrupt = new AtomicBoolean();
  private boolean usedTools;

  /// Whether the agent was interrupted because the output is no longer read.
  private boolean abandoned;

  private sealed interface Item {
    record Came(Json.Obj event, String json) implements Item {}

    record Lost(String why) implements Item {}

    /// A signal to check `interrupt`.
    record Nudge() implements Item {}
  }

  Conversation(Api api, String session, Renderer renderer) {
    this.api = api;
    this.session = session;
    this.renderer = renderer;
  }

  /// The usage of the session, as last reported.
  Json.Obj usage() {
    return turn.usage();
  }

  /// Whether the agent has used a tool of its sandbox.
  boolean usedTools() {
    return usedTools;
  }

  /// Requests an interrupt of the agent. Does not wait.
  void interrupt() {
    interrupt.set(true);
    var _ = items.offer(new Item.Nudge()); // a full queue needs no nudge
  }

  /// Sends `task` and follows the turn to its end. A broken stream is reopened, but not twice in a
  /// row without an event in between.
  Ending hold(String task) throws Refusal, IOException, InterruptedException {
    return hold(List.of(Outgoing.message(task)));
  }

  /// The same for several events, which are sent together.
  Ending hold(List<Json.Obj> events) throws Refusal, IOException, InterruptedException {
    var heard = listen(() -> send(events));
    boolean tried = false;
    while (heard instanceof Heard.Broken(var why, var any)) {
      if (tried && !any) {
        return new Ending(Ending.Kind.LOST, why);
      }
      tried = true;
      renderer.notice("the event stream broke (" + why + "); reconnecting");
      try {
        heard = listen(this::catchUp);
      } catch (IOException | Refusal e) {
        return new Ending(Ending.Kind.LOST, reason(e));
      }
    }
    return ((Heard.End) heard).ending();
  }

  private sealed interface Heard {
    record End(Ending ending) implements Heard {}

    /// @param any whether any event arrived
    record Broken(String why, boolean any) implements Heard {}
  }

  private interface Opening {
    void run() throws Refusal, IOException, InterruptedException;
  }

  /// Opens the stream, then runs `opening`, then shows the events. In this order no event is
  /// missed.
  private Heard listen(Opening opening) throws Refusal, IOException, InterruptedException {
    items.clear();
    try (var scope = new Scope();
        var stream = api.stream(session, renderer.previews())) {
      var _ = scope.fork(() -> pump(stream));
      opening.run();
      boolean any = false;
      while (turn.ending().isEmpty()) {
        if (interrupt.getAndSet(false)) {
          stop();
        } else if (!abandoned && renderer.isClosed()) {
          abandoned = true;
          send(List.of(Outgoing.interrupt()));
        }
        switch (next(renderer.patience())) {
          case Item.Came(var event, var json) -> {
            any = true;
            show(event, json);
          }
          case Item.Lost(var why) -> {
            return new Heard.Broken(why, any);
          }
          case Item.Nudge _ -> {}
          case null -> renderer.quiet();
        }
      }
      return new Heard.End(turn.ending().get());
    }
  }

  private @Nullable Item next(Duration patience) throws InterruptedException {
    return items.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void show(Json.Obj event, String json) {
    if (turn.ending().isEmpty() && turn.take(event)) {
      usedTools = usedTools || TurnOutcome.type(event).equals("agent.tool_use");
      renderer.event(event, json);
    }
  }

  private @Nullable Void pump(SessionStream stream) throws InterruptedException {
    try {
      for (var frame = stream.next(); frame.isPresent(); frame = stream.next()) {
        items.put(new Item.Came(frame.get().event(), frame.get().data()));
      }
      items.put(new Item.Lost("the server closed it"));
    } catch (IOException e) {
      items.put(new Item.Lost(reason(e)));
    }
    return null;
  }

  /// Shows the events in the log that the stream did not show.
  private void catchUp() throws Refusal, IOException, InterruptedException {
    var page = Optional.<String>empty();
    do {
      var answer =
          api.get("/v1/sessions/" + session + "/events?limit=1000" + Paging.parameter(page));
      for (var item : answer.items("data")) {
        if (item instanceof Json.Obj event) {
          show(event, event.toString());
        }
      }
      page = Paging.next(answer);
    } while (page.isPresent());
  }

  private void stop() throws InterruptedException {
    try {
      renderer.notice("stopping the agent; press Ctrl-C again to exit at once");
      send(List.of(Outgoing.interrupt()));
    } catch (IOException | Refusal e) {
      renderer.notice("the interrupt could not be sent: " + reason(e));
    }
  }

  private void send(List<Json.Obj> events) throws Refusal, IOException, InterruptedException {
    api.post("/v1/sessions/" + session + "/events", Json.obj("events", events));
  }

  static String reason(Exception e) {
    return switch (e) {
      case Refusal refusal -> refusal.words();
      case NoSuchFileException missing ->
          Sanitized.line(String.valueOf(missing.getFile())) + " does not exist";
      case AccessDeniedException denied ->
          Sanitized.line(String.valueOf(denied.getFile())) + ": permission denied";
      case Exception other when other.getMessage() != null ->
          Sanitized.line(String.valueOf(other.getMessage()));
      default -> e.getClass().getSimpleName();
    };
  }
}
