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

/// What comes to a dialogue, from the server, the keyboard and the system, in one queue. Taken by
/// one thread, filled by any.
final class Inputs {
  /// What is not shown in time holds up the reader; then the server cuts the stream, and what was
  /// missed is listed later.
  private static final int BACKLOG = 1_024;

  /// Characters of the longest line: no message may be longer.
  static final int MAX_LINE = 4_000_000;

  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>(BACKLOG);
  private final AtomicBoolean detached = new AtomicBoolean();

  sealed interface Item {
    /// @param stream by which it came: what is left of an older one is stale
    record Came(int stream, Json.Obj event, String json) implements Item {}

    record Lost(int stream, String why) implements Item {}

    record Line(String text) implements Item {}

    /// A line was longer than [#MAX_LINE]; nothing after it is read.
    record TooLong() implements Item {}

    /// Nothing more will be typed.
    record End() implements Item {}

    record Detach() implements Item {}
  }

  /// The next item; null when none comes in time. To detach goes before all else.
  @Nullable Item next(Duration patience) throws InterruptedException {
    if (detached.get()) {
      return new Item.Detach();
    }
    return items.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// Asks the dialogue to end. Does not wait.
  void detach() {
    detached.set(true);
    var _ = items.offer(new Item.Detach()); // a full queue wakes it as well
  }

  /// Takes in lines until they end, on a thread that the process does not wait for: a read of
  /// standard input cannot be interrupted.
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
      // As good as its end.
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

  /// Takes in a stream's events until it breaks, or the thread is interrupted.
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
