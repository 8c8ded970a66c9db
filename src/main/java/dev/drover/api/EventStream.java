package dev.drover.api;

import dev.drover.session.Feed;
import dev.drover.session.Feed.Item;
import dev.drover.session.ThreadKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A stream of a thread's events to one client. One thread runs it; other threads may call [#end],
/// [#leave] and [#breakIfStalled].
final class EventStream {
  /// The type of the last event of a session that has terminated but is not deleted.
  static final String TERMINATED = "session.status_terminated";

  private static final String PING = "{\"type\":\"ping\"}";
  private static final int PIECE = 16 * 1024;

  private final Feed.Subscription subscription;
  private final ThreadKey shownThread;
  private final Previews previews;
  private final FrameNames names;
  private final Duration ping;
  private final BooleanSupplier permitted;

  private final ReentrantLock lock = new ReentrantLock();
  private final Thread thread = Thread.currentThread();
  private boolean waiting;
  private boolean ending;
  private boolean left;

  private volatile boolean writing;
  private final AtomicLong written = new AtomicLong();
  private long writtenBefore = -1;

  /// Must be called on the thread that runs the stream.
  ///
  /// @param shownThread the thread whose events are shown
  /// @param permitted whether the client may still see them; asked before each write
  EventStream(
      Feed.Subscription subscription,
      ThreadKey shownThread,
      Previews previews,
      FrameNames names,
      Duration ping,
      BooleanSupplier permitted) {
    this.subscription = subscription;
    this.shownThread = shownThread;
    this.previews = previews;
    this.names = names;
    this.ping = ping;
    this.permitted = permitted;
  }

  /// @param replay the earlier events that the stream begins with
  void run(OutputStream out, Optional<Replay> replay) throws IOException, InterruptedException {
    // The server sends the headers together with the first byte of the body. This comment is that
    // byte; all clients ignore it.
    write(out, new StringBuilder(":\n\n"));
    var frames = new StringBuilder();
    if (replay.isPresent() && begin(out, frames, replay.get())) {
      return;
    }
    long deadline = System.nanoTime() + ping.toNanos();
    while (true) {
      boolean last = subscription.isCut();
      var patience = last ? Duration.ZERO : Duration.ofNanos(deadline - System.nanoTime());
      var item = next(patience);
      if (item == null && (last || isEnding())) {
        return;
      }
      if (item == null && subscription.isCut()) {
        continue;
      }
      boolean wrote =
          item == null ? frame(out, frames, "ping", PING) : show(out, frames, item, replay);
      boolean ends = endsStream(item);
      while (!ends && item != null && (item = next(Duration.ZERO)) != null) {
        wrote |= show(out, frames, item, replay);
        ends = endsStream(item);
      }
      if (wrote) {
        write(out, frames);
        deadline = System.nanoTime() + ping.toNanos();
      }
      if (ends) {
        return;
      }
    }
  }

  /// Writes the events from before the stream was opened.
  ///
  /// @return whether the stream ends with them
  private boolean begin(OutputStream out, StringBuilder frames, Replay replay) throws IOException {
    for (var items = replay.next(); !items.isEmpty(); items = replay.next()) {
      for (var item : items) {
        subscription.late(item);
        show(out, frames, item);
        if (endsStream(item)) {
          write(out, frames);
          return true;
        }
      }
    }
    write(out, frames);
    return false;
  }

  private boolean show(OutputStream out, StringBuilder frames, Item item, Optional<Replay> replay)
      throws IOException {
    return (replay.isEmpty() || !replay.get().covers(item)) && show(out, frames, item);
  }

  /// Ends the stream after all pending items are written.
  void end() {
    lock.lock();
    try {
      ending = true;
      if (waiting) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Reports that the client has disconnected: nothing more is written.
  void leave() {
    lock.lock();
    try {
      left = true;
      if (waiting) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Interrupts the stream if it has been writing the same piece since the last call. To be called
  /// by one thread only.
  void breakIfStalled() {
    long now = writing ? written.get() : -1;
    if (now >= 0 && now == writtenBefore) {
      thread.interrupt();
    }
    writtenBefore = now;
  }

  private boolean isEnding() {
    lock.lock();
    try {
      return ending;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Item next(Duration patience) throws IOException, InterruptedException {
    lock.lock();
    try {
      checkReader();
      if (ending) {
        return subscription.poll(Duration.ZERO);
      }
      waiting = true;
    } finally {
      lock.unlock();
    }
    Item item = null;
    boolean interrupted = false;
    try {
      item = subscription.poll(patience);
    } catch (InterruptedException _) {
      interrupted = true;
    }
    lock.lock();
    try {
      waiting = false;
      checkReader();
      if (ending) {
        Thread.interrupted();
        return item == null ? subscription.poll(Duration.ZERO) : item;
      }
      if (interrupted) {
        throw new InterruptedException();
      }
    } finally {
      lock.unlock();
    }
    return item;
  }

  private void checkReader() throws IOException {
    if (left) {
      throw new IOException("the reader of a stream is gone");
    }
  }

  private static boolean endsStream(@Nullable Item item) {
    return item instanceof Item.Shown shown
        && (shown.type().equals("session.deleted") || shown.type().equals(TERMINATED));
  }

  private boolean show(OutputStream out, StringBuilder frames, Item item) throws IOException {
    return switch (item) {
      case Item.Shown shown when !shown.thread().equals(shownThread) -> false;
      case Item.Shown shown -> {
        previews.shown(shown);
        yield frame(out, frames, names.of(shown.type()), shown.json());
      }
      case Item.PreviewStart start ->
          previews.admits(start)
              && frame(out, frames, names.of("event_start"), Previews.write(start));
      case Item.PreviewText text ->
          previews.admits(text)
              && frame(out, frames, names.of("event_delta"), Previews.write(text));
    };
  }

  /// Adds a frame to the frames that are sent together. A long frame is written in pieces, so that
  /// no stream needs a copy of a whole event.
  private boolean frame(OutputStream out, StringBuilder frames, String type, String json)
      throws IOException {
    frames.append("event: ").append(type).append("\ndata: ");
    for (int from = 0; from < json.length(); ) {
      int to = Math.min(json.length(), from + PIECE);
      if (to < json.length() && Character.isHighSurrogate(json.charAt(to - 1))) {
        to--;
      }
      frames.append(json, from, to);
      from = to;
      if (frames.length() >= PIECE) {
        write(out, frames);
      }
    }
    frames.append("\n\n");
    return true;
  }

  private void write(OutputStream out, StringBuilder frames) throws IOException {
    if (!permitted.getAsBoolean()) {
      throw new IOException("the key of a stream is no longer accepted");
    }
    writing = true;
    out.write(frames.toString().getBytes(StandardCharsets.UTF_8));
    out.flush();
    frames.setLength(0);
    written.incrementAndGet();
    writing = false;
  }
}
