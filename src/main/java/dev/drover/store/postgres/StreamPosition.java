package dev.drover.store.postgres;

import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Inbox;
import dev.drover.session.Queued;
import dev.drover.session.Stored;
import dev.drover.store.Shown;
import dev.drover.wire.EventCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The position up to which one session was shown on this node. Safe for many threads; items are
/// shown under its lock, and so in one order.
final class StreamPosition {
  /// The maximum number of previews that wait for earlier events. Beyond it, they are dropped.
  private static final int PREVIEWS = 1_000;

  private record Preview(long after, Feed.Item item) {
    boolean isInTime(long head) {
      return after == head || after == Hints.UNKNOWN;
    }
  }

  private Consumer<List<? extends Feed.Item>> shows;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean begun;
  private long head;
  private long received;

  /// The waiting events that were shown as queued, or were received before the first listener.
  private final Set<EventId> queued = new HashSet<>();

  /// The events that were shown as queued and as processed at once, by their position in the log.
  /// This node has not seen their receipt yet, and must not show it later.
  private final Map<EventId, Long> early = new HashMap<>();

  private final List<Preview> previews = new ArrayList<>();
  private boolean answersLast;
  private boolean wanted;
  private boolean reading;

  /// The number of listeners, guarded by the map that has this object.
  int listeners;

  StreamPosition(Consumer<List<? extends Feed.Item>> shows) {
    this.shows = shows;
  }

  /// Begins at the current end of the log.
  ///
  /// @return false if it had already begun
  boolean begin(Supplier<Inbox> present) {
    lock.lock();
    try {
      if (begun) {
        return false;
      }
      var inbox = present.get();
      head = inbox.head();
      received = inbox.received();
      inbox.queued().forEach(one -> queued.add(one.event().id()));
      begun = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Stops showing items: a running read must not reach later listeners, which have a position of
  /// their own.
  void retire() {
    lock.lock();
    try {
      shows = _ -> {};
    } finally {
      lock.unlock();
    }
  }

  long head() {
    lock.lock();
    try {
      return head;
    } finally {
      lock.unlock();
    }
  }

  boolean isBehind(long headNow, long receivedNow) {
    lock.lock();
    try {
      return begun && (headNow > head || receivedNow > received);
    } finally {
      lock.unlock();
    }
  }

  /// Shows events that this node has received.
  ///
  /// @param logged those that were appended to the log at once
  /// @return false if earlier events are not known yet, so that the log must be read
  boolean received(List<Queued> events, List<Stored> logged) {
    lock.lock();
    try {
      if (!begun || events.isEmpty() || events.getLast().sequence() <= received) {
        return true;
      }
      if (events.getFirst().sequence() != received + 1
          || (!logged.isEmpty() && logged.getFirst().position() != head + 1)) {
        return false;
      }
      showQueued(events);
      logged.forEach(this::passed);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Shows events that this node has appended.
  ///
  /// @return as [#received]
  boolean logged(List<Stored> events) {
    lock.lock();
    try {
      if (!begun || events.getLast().position() <= head) {
        return true;
      }
      if (events.getFirst().position() != head + 1) {
        return false;
      }
      show(events);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Shows what was read: the next events of the log, then the waiting events.
  ///
  /// @param inbox read after the events
  /// @return false if more was appended between the two reads
  boolean read(List<Stored> events, Inbox inbox) {
    lock.lock();
    try {
      show(events.stream().filter(stored -> stored.position() > head).toList());
      if (inbox.head() > head) {
        return false;
      }
      showQueued(inbox.queued().stream().filter(one -> one.sequence() > received).toList());
      received = Math.max(received, inbox.received());
      early.values().removeIf(position -> position <= inbox.head());
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void showQueued(List<Queued> events) {
    var items = new ArrayList<Queued>();
    for (var one : events) {
      if (early.remove(one.event().id()) == null) {
        queued.add(one.event().id());
        items.add(one);
      }
      received = one.sequence();
    }
    if (!items.isEmpty()) {
      shows.accept(Shown.received(items));
    }
  }

  /// Shows events of the log. A client's message is always shown as queued and then as processed,
  /// even if its receipt was missed; it is shown as queued before the session begins to run for it.
  private void show(List<Stored> events) {
    var items = new ArrayList<Feed.Item.Shown>();
    int opening = 0;
    for (var stored : events) {
      var event = stored.event();
      if (event instanceof Event.FromClient waited
          && !queued.contains(event.id())
          && !processedOnReceipt(waited)) {
        early.put(event.id(), stored.position());
        items.add(
            opening++,
            new Feed.Item.Shown(
                event.id(),
                stored.thread(),
                EventCodec.type(event),
                EventCodec.stamped(stored.json(), null)));
      }
      if (event.isVisible()) {
        items.add(Shown.of(stored));
      }
      passed(stored);
      if (!opens(event)) {
        opening = items.size();
      }
    }
    if (!items.isEmpty()) {
      shows.accept(items);
    }
  }

  /// Whether an event belongs to the start of processing messages.
  private static boolean opens(Event event) {
    return switch (event) {
      case Event.StatusRunning _, Event.ThreadRunning _, Event.Private _ -> true;
      case Event.FromClient _ -> !(event instanceof Event.Answer);
      default -> false;
    };
  }

  /// Whether an event was never queued: an answer, or a system message that was sent with one.
  private boolean processedOnReceipt(Event.FromClient event) {
    return event instanceof Event.Answer || (event instanceof Event.SystemMessage && answersLast);
  }

  private void passed(Stored stored) {
    head = stored.position();
    queued.remove(stored.event().id());
    answersLast =
        stored.event() instanceof Event.Answer
            || (stored.event() instanceof Event.SystemMessage && answersLast);
  }

  // Previews

  /// Shows a preview of another node between the events before and after it, or not at all.
  ///
  /// @param after the position that it follows, or [Hints#UNKNOWN]
  /// @return false if it waits for [#showPreviews], after a read of the log
  boolean preview(long after, Feed.Item item) {
    lock.lock();
    try {
      if (head == after && previews.isEmpty()) {
        shows.accept(List.of(item));
        return true;
      }
      if (head < after && previews.size() < PREVIEWS) {
        previews.add(new Preview(after, item));
        return false;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// The number of waiting previews.
  int previews() {
    lock.lock();
    try {
      return previews.size();
    } finally {
      lock.unlock();
    }
  }

  /// Shows the first waiting previews.
  void showPreviews(int count) {
    lock.lock();
    try {
      var first = previews.subList(0, Math.min(count, previews.size()));
      var still = first.stream().filter(one -> one.isInTime(head)).map(Preview::item).toList();
      first.clear();
      if (!still.isEmpty()) {
        shows.accept(still);
      }
    } finally {
      lock.unlock();
    }
  }

  // Reads, one at a time

  /// @return whether the caller must start reading
  boolean wantsReading() {
    lock.lock();
    try {
      wanted = true;
      boolean starts = !reading;
      reading = true;
      return starts;
    } finally {
      lock.unlock();
    }
  }

  /// @return whether there is something to read; if not, the reader must end
  boolean takesReading() {
    lock.lock();
    try {
      reading = wanted;
      wanted = false;
      return reading;
    } finally {
      lock.unlock();
    }
  }

  /// Ends a failed read; the next hint or poll starts again.
  void readingFailed() {
    lock.lock();
    try {
      reading = false;
      wanted = false;
      previews.clear();
    } finally {
      lock.unlock();
    }
  }
}
