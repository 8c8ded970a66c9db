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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// How far one session was shown on this node. Safe for many threads; what it shows leaves under
/// its lock, and so in one order.
final class Place {
  private final Consumer<List<Feed.Item.Shown>> shows;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean begun;
  private long head;
  private long received;

  /// What was shown queued, or was before anybody listened, and waits to be processed.
  private final Set<EventId> queued = new HashSet<>();

  private boolean answersLast;
  private boolean wanted;
  private boolean reading;

  /// Guarded by the map that this is in.
  int listeners;

  Place(Consumer<List<Feed.Item.Shown>> shows) {
    this.shows = shows;
  }

  /// Begins at the present, unless it has begun.
  void begin(Supplier<Inbox> present) {
    lock.lock();
    try {
      if (!begun) {
        var inbox = present.get();
        head = inbox.head();
        received = inbox.received();
        inbox.queued().forEach(one -> queued.add(one.event().id()));
        begun = true;
      }
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

  /// Shows what this node has received.
  ///
  /// @param logged those that went into the log at once
  /// @return false if something that came before is not known yet: all of it is to be read
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
      shows.accept(Shown.received(events));
      received = events.getLast().sequence();
      events.forEach(one -> queued.add(one.event().id()));
      logged.forEach(this::passed);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Shows what this node has appended.
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

  /// Shows what was read: what follows in the log, then what waits.
  void read(List<Stored> events, Inbox inbox) {
    lock.lock();
    try {
      show(events.stream().filter(stored -> stored.position() > head).toList());
      if (inbox.head() > head) {
        wanted = true; // more was appended between the two reads
        return;
      }
      var items = new ArrayList<Queued>();
      for (var one : inbox.queued()) {
        if (one.sequence() > received && queued.add(one.event().id())) {
          items.add(one);
        }
      }
      shows.accept(Shown.received(items));
      received = Math.max(received, inbox.received());
    } finally {
      lock.unlock();
    }
  }

  /// A client's message is seen queued, then processed, whatever was missed of it.
  private void show(List<Stored> events) {
    var items = new ArrayList<Feed.Item.Shown>();
    for (var stored : events) {
      var event = stored.event();
      if (event instanceof Event.FromClient waited
          && !queued.contains(event.id())
          && !processedOnReceipt(waited)) {
        items.add(new Feed.Item.Shown(EventCodec.type(event), EventCodec.write(event, null)));
      }
      if (Shown.isVisible(event)) {
        items.add(new Feed.Item.Shown(EventCodec.type(event), stored.json()));
      }
      passed(stored);
    }
    if (!items.isEmpty()) {
      shows.accept(items);
    }
  }

  /// An answer, and what was sent with it, was never queued.
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

  // One reads at a time

  /// @return whether the caller has to start to read
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

  /// @return whether there is something to read; if not, the reader has ended
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

  /// The next hint, or look, begins again.
  void readingFailed() {
    lock.lock();
    try {
      reading = false;
      wanted = false;
    } finally {
      lock.unlock();
    }
  }
}
