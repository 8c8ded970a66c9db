package dev.drover.bundle;

import dev.drover.base.BlockStream;
import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;

/// The content of `events.jsonl`, made while it is read. What is in the log never changes, so each
/// stream of the same events has the same bytes. Not safe for concurrent use.
final class EventLines extends BlockStream {
  /// The maximum number of events that are read at once.
  private static final int PAGE = 500;

  /// The maximum size of these, in bytes; a larger event is read alone.
  private static final long BYTES = 256 * 1024;

  private final EventLog log;
  private final SessionId session;
  private final long head;
  private final boolean visible;
  private final Queue<Stored> page = new ArrayDeque<>();
  private byte[] line = {};
  private int at;
  private long position;
  private long count;

  /// @param head the position of the last event
  /// @param visible whether to write only what clients see
  EventLines(EventLog log, SessionId session, long head, boolean visible) {
    this.log = log;
    this.session = session;
    this.head = head;
    this.visible = visible;
  }

  /// The number of lines so far.
  long count() {
    return count;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (at == line.length) {
      if (position == head) {
        return -1;
      }
      next();
    }
    int n = Math.min(length, line.length - at);
    System.arraycopy(line, at, bytes, from, n);
    at += n;
    return n;
  }

  private void next() throws IOException {
    if (page.isEmpty()) {
      int limit = (int) Math.min(PAGE, head - position);
      page.addAll(log.getEvents(session, Slice.after(position, limit).within(limit, BYTES)));
    }
    var stored = page.poll();
    if (stored == null) {
      throw new IOException("session " + session + " was deleted while it was exported");
    }
    if (!stored.thread().equals(ThreadKey.PRIMARY)) {
      throw Problem.invalid(
          ("Session %s cannot be exported: it has several threads, a feature that this version of"
                  + " Drover does not know.")
              .formatted(session));
    }
    position = stored.position();
    at = 0;
    line = new byte[0];
    if (!visible || isShown(stored.event())) {
      count++;
      var text = visible ? BundleLine.writeVisible(stored) : BundleLine.write(stored);
      line = (text + "\n").getBytes(StandardCharsets.UTF_8);
    }
  }

  /// Whether a public bundle has the event. Changes of the session contain its metadata and its
  /// agent.
  private static boolean isShown(Event event) {
    return event.isVisible() && !(event instanceof Event.SessionUpdated);
  }
}
