package dev.drover.cli;

import dev.drover.base.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The queue of all inputs of a dialogue: from the server, the keyboard and the system. One thread
/// takes from it; any thread may add.
final class Inputs {
  /// The number of items that may wait. If the queue is full, the reader blocks, the server closes
  /// the stream, and the missed events are listed later.
  private static final int BACKLOG = 1_024;

  /// The maximum length of a line in characters, which is also that of a message.
  static final int MAX_LINE = 4_000_000;

  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>(BACKLOG);
  private final AtomicBoolean detached = new AtomicBoolean();

  sealed interface Item {
    /// @param stream the number of the stream; events of an older stream are stale
    record Came(int stream, Json.Obj event, String json) implements Item {}

    record Lost(int stream, String why) implements Item {}

    /// A piece of what a running command prints.
    ///
    /// @param call the id of the tool use
    record Printed(String call, String piece) implements Item {}

    record Line(String text) implements Item {}

    /// A line was longer than [#MAX_LINE]; the rest of the input is not read.
    record TooLong() implements Item {}

    /// The input has ended.
    record End() implements Item {}

    record Detach() implements Item {}
  }

  /// The next item; null if none arrives in time. A request to detach comes before all other items.
  @Nullable Item next(Duration patience) throws InterruptedException {
    if (detached.get()) {
      return new Item.Detach();
    }
    return items.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// Requests the end of the dialogue. Does not wait.
  void detach() {
    detached.set(true);
    var _ = items.offer(new Item.Detach()); // a full queue wakes it as well
  }

  /// Reads lines until the input ends, on a daemon thread, because reading standard input cannot be
  /// interrupted.
  void read(InputStream in) {
    Thread.ofPlatform().daemon().name("standard input").start(() -> lines(in));
  }

  private void lines(InputStream in) {
    try {
      var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (var item = line(reader); item.isPresent(); item = line(reader)) {
        items.put(item.get());
        if (item.get() instanceof Item.TooLong) {
          return;
        }
      }
    } catch (IOException _) {
      // same as the end of the input
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return;
    }
    try {
      items.put(new Item.End());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static Optional<Item> line(Reader in) throws IOException {
    var line = new StringBuilder();
    int c = in.read();
    if (c < 0) {
      return Optional.empty();
    }
    for (; c >= 0 && c != '\n'; c = in.read()) {
      if (line.length() == MAX_LINE) {
        return Optional.of(new Item.TooLong());
      }
      line.append((char) c);
    }
    if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
      line.setLength(line.length() - 1);
    }
    return Optional.of(new Item.Line(line.toString()));
  }

  /// Reads what running commands print, until the thread is interrupted or there is no more. It is
  /// only shown early: the results have all of it, so that nothing is lost if this fails.
  @Nullable Void pumpOutput(Api api, String session) throws InterruptedException {
    try (var stream = api.liveOutput(session).orElse(null)) {
      if (stream == null) {
        return null;
      }
      for (var frame = stream.next(); frame.isPresent(); frame = stream.next()) {
        var output = frame.get().event();
        var call = output.text("event_id");
        var piece = output.text("text");
        if (call != null && piece != null) {
          items.put(new Item.Printed(call, piece));
        }
      }
    } catch (IOException | Refusal _) {
      // the results come with the events
    }
    return null;
  }

  /// Reads the events of a stream until it breaks or the thread is interrupted.
  @Nullable Void pump(int number, SessionStream stream) throws InterruptedException {
    try {
      for (var frame = stream.next(); frame.isPresent(); frame = stream.next()) {
        items.put(new Item.Came(number, frame.get().event(), frame.get().data()));
      }
      items.put(new Item.Lost(number, "the server closed it"));
    } catch (IOException e) {
      items.put(new Item.Lost(number, Conversation.reason(e)));
    }
    return null;
  }
}
