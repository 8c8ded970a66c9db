package dev.drover.api;

import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Feed.Item;
import dev.drover.session.Send;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The beginning of a stream that is opened shortly after a send which no stream received: all
/// events since the send, as a stream would have shown them. If the session has terminated, it
/// includes at least the final event: clients wait for that event, and would reopen a stream that
/// ends without it again and again. The events are read from the log, one page at a time. Not safe
/// for concurrent use.
final class Replay {
  private static final int PAGE = 100;

  private final EventLog log;
  private final SessionId session;
  private final ThreadKey thread;
  private final Deque<Send> sends;
  private final Set<EventId> queued = new HashSet<>();
  private final Set<EventId> processed = new HashSet<>();
  private long head;

  private Replay(EventLog log, SessionId session, ThreadKey thread, List<Send> sends, long head) {
    this.log = log;
    this.session = session;
    this.thread = thread;
    this.sends = new ArrayDeque<>(sends);
    this.head = head;
  }

  /// Creates the replay. The stream must already be subscribed, so that no event is missed between
  /// the replay and the live events.
  ///
  /// @param session the session as it was read after subscribing
  /// @param thread the thread of the stream
  /// @param grace the maximum age of a send
  static Optional<Replay> of(
      EventLog log, Feed feed, Session session, ThreadKey thread, Duration grace) {
    var id = session.id();
    var missed = missed(log, feed, id, grace);
    if (!missed.isEmpty()) {
      return Optional.of(new Replay(log, id, thread, missed, missed.getFirst().head()));
    }
    return session.status() == Status.TERMINATED ? ofEnd(log, id, thread) : Optional.empty();
  }

  /// The sends that no stream received, after the last one that a stream received.
  private static List<Send> missed(EventLog log, Feed feed, SessionId session, Duration grace) {
    var sends = grace.isZero() ? List.<Send>of() : log.sends(session, grace);
    if (sends.isEmpty()) {
      return sends;
    }
    var heard = feed.heard(session, sends.stream().map(Send::first).toList());
    int from = sends.size();
    while (from > 0 && !heard.contains(sends.get(from - 1).first())) {
      from--;
    }
    return sends.subList(from, sends.size());
  }

  /// The final event. Empty if the session has been deleted: the stream is already subscribed, and
  /// will show the deletion.
  private static Optional<Replay> ofEnd(EventLog log, SessionId session, ThreadKey thread) {
    var types = Set.of(EventStream.TERMINATED);
    var last = new Slice(Long.MAX_VALUE, 1, false, types, true, Optional.empty(), Optional.empty());
    return log.getEvents(session, last).stream()
        .findFirst()
        .map(end -> new Replay(log, session, thread, List.of(), end.position() - 1));
  }

  /// Returns the next items; empty when the replay is complete and live events follow.
  List<Item.Shown> next() {
    var items = new ArrayList<Item.Shown>();
    while (items.isEmpty()) {
      var page = page();
      if (page.isEmpty()) {
        showSends(Long.MAX_VALUE, items);
        break;
      }
      for (var stored : page) {
        showSends(stored.position(), items);
        items.add(shown(stored.thread(), stored.event(), stored.json()));
        processed.add(stored.event().id());
        head = stored.position();
      }
    }
    return items;
  }

  private List<Stored> page() {
    var all = new Slice(head, PAGE, true, Set.of(), true, Optional.empty(), Optional.empty());
    return log.getEvents(session, all.of(thread));
  }

  /// Adds the events of the sends that were received before the log reached a position. Events that
  /// were processed at once are in the log.
  private void showSends(long before, List<Item.Shown> items) {
    while (!sends.isEmpty() && sends.getFirst().head() < before) {
      for (var one : sends.removeFirst().events()) {
        var item = shown(one.thread(), one.event(), one.json());
        if (item.isQueued() && item.thread().equals(thread)) {
          items.add(item);
          queued.add(item.id());
        }
      }
    }
  }

  private static Item.Shown shown(ThreadKey thread, Event event, String json) {
    return new Item.Shown(event.id(), thread, EventCodec.type(event), json);
  }

  /// Whether a live item was already shown by this replay: what is committed during the replay
  /// arrives both ways. All items after those are new.
  boolean covers(Item item) {
    if (!(item instanceof Item.Shown shown)) {
      return false;
    }
    var known = shown.isQueued() ? queued : processed;
    if (known.isEmpty()) {
      return false;
    }
    boolean covered = known.remove(shown.id());
    if (!covered) {
      known.clear();
    }
    return covered;
  }
}
