package dev.drover.session;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Carries what is committed, and previews of what may be, to those who listen now. Nothing is
/// kept: who comes later reads the log. Safe for many threads; publishing never blocks.
public final class Feed {
  /// Items that wait for one slow listener before it is cut off.
  public static final int LISTENER_LIMIT = 4_096;

  /// Characters of JSON that wait for one slow listener before it is cut off: more than the longest
  /// request brings, seen queued and again processed.
  public static final long LISTENER_CHARACTERS = 64L * 1024 * 1024;

  /// Characters that wait for one listener while it is not slow: it is never cut off for others.
  public static final long LISTENER_SHARE = 4L * 1024 * 1024;

  /// How long it may take to notice that a listener has left.
  private static final Duration NOTICING = Duration.ofMillis(150);

  private final Map<SessionId, CopyOnWriteArrayList<Subscription>> listeners =
      new ConcurrentHashMap<>();

  private final DepartedListeners departed = new DepartedListeners();
  private final AtomicLong waiting = new AtomicLong();
  private final long most;
  private final Tap tap;

  /// Hears of everything that is published, on the thread that publishes: it must be quick and
  /// never throw.
  public interface Tap {
    void published(SessionId session, Item item);

    /// A listener was too slow and is cut off.
    void cut();

    Tap NONE =
        new Tap() {
          @Override
          public void published(SessionId session, Item item) {}

          @Override
          public void cut() {}
        };
  }

  private volatile Watcher watcher = Watcher.NONE;

  /// Learns for which sessions somebody listens, and brings what other nodes publish.
  public interface Watcher {
    /// Somebody is about to listen; what is committed after this returns must reach the feed. May
    /// fail: then nobody listens.
    void opening(SessionId session);

    /// One listener less.
    void closed(SessionId session);

    /// Those of a session's events that listeners of other nodes have been shown, as far as these
    /// nodes answer at once.
    Set<EventId> heardElsewhere(SessionId session, List<EventId> events);

    /// A preview was published on this node. Must not block.
    void previewed(SessionId session, Item preview);

    Watcher NONE =
        new Watcher() {
          @Override
          public void opening(SessionId session) {}

          @Override
          public void closed(SessionId session) {}

          @Override
          public Set<EventId> heardElsewhere(SessionId session, List<EventId> events) {
            return Set.of();
          }

          @Override
          public void previewed(SessionId session, Item preview) {}
        };
  }

  public Feed() {
    this(Tap.NONE);
  }

  /// To be called once, before anybody listens.
  public void watchedBy(Watcher watcher) {
    this.watcher = watcher;
  }

  /// All listeners together have an eighth of the heap.
  public Feed(Tap tap) {
    this(tap, Runtime.getRuntime().maxMemory() / 8);
  }

  /// @param most characters that may wait for all listeners together; beyond that those are cut off
  ///   for which more than [#LISTENER_SHARE] wait
  Feed(Tap tap, long most) {
    this.tap = tap;
    this.most = most;
  }

  /// What a listener gets.
  public sealed interface Item {
    /// How much of it waits in memory, in characters.
    default int length() {
      return 0;
    }

    /// An event, as clients see it: queued, then processed.
    ///
    /// @param thread to which it belongs
    record Shown(EventId id, ThreadKey thread, String type, String json) implements Item {
      @Override
      public int length() {
        return json.length();
      }

      /// Whether the event waits to be processed.
      public boolean isQueued() {
        return json.contains("\"processed_at\":null");
      }
    }

    /// A reply begins to take shape that may become the event `id`.
    record PreviewStart(String type, EventId id) implements Item {}

    /// More text of it.
    ///
    /// @param index which content block of the event, from 0
    record PreviewText(String type, EventId id, int index, String text) implements Item {
      @Override
      public int length() {
        return text.length();
      }
    }
  }

  /// One listener. Close it.
  public final class Subscription implements AutoCloseable {
    private final SessionId session;
    private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>(LISTENER_LIMIT);
    private final AtomicLong characters = new AtomicLong();
    private final ListenerHistory hearing = new ListenerHistory();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean cut;

    private Subscription(SessionId session) {
      this.session = session;
    }

    /// The next item, or null when none came within `timeout`.
    public @Nullable Item poll(Duration timeout) throws InterruptedException {
      var item = items.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (item != null) {
        count(-item.length());
        hearing.taken(item);
      }
      return item;
    }

    /// What waits for this listener from now on.
    private long count(long change) {
      waiting.addAndGet(change);
      return characters.addAndGet(change);
    }

    private void forget() {
      for (var item = items.poll(); item != null; item = items.poll()) {
        count(-item.length());
      }
    }

    /// The listener is shown something that was published before it came.
    public void late(Item item) {
      hearing.given(item);
      hearing.taken(item);
    }

    /// Whether items were dropped because the listener was too slow. What it has not read yet is
    /// whole up to the first drop.
    public boolean isCut() {
      return cut;
    }

    /// Idempotent.
    @Override
    public void close() {
      var removed = new AtomicBoolean();
      listeners.computeIfPresent(
          session,
          (_, list) -> {
            removed.set(list.remove(this));
            return list.isEmpty() ? null : list;
          });
      closed.countDown();
      forget();
      if (removed.get()) {
        departed.add(hearing.settled());
        watcher.closed(session);
      }
    }

    /// Whether it has an event and listens on.
    private boolean heard(EventId event, long deadline) {
      if (!hearing.has(event)) {
        return false;
      }
      try {
        return hearing.settled().contains(event)
            || !closed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
            || departed.has(event);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return true;
      }
    }

    private void offer(Item item) {
      if (cut) {
        return;
      }
      hearing.given(item);
      long now = count(item.length());
      if (isTooMuch(now, item.length()) || !items.offer(item)) {
        count(-item.length());
        cut = true;
        tap.cut();
      } else if (closed.getCount() == 0) {
        forget(); // it was closed meanwhile
      }
    }

    /// @param now what waits with an item of `length`, which alone is never too much
    private boolean isTooMuch(long now, int length) {
      return now > length
          && (now > LISTENER_CHARACTERS || (now > LISTENER_SHARE && waiting.get() > most));
    }
  }

  /// Listens from now on: what is published after this returns is delivered.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if nobody can say from where on
  public Subscription subscribe(SessionId session) {
    watcher.opening(session);
    var subscription = new Subscription(session);
    listeners.compute(
        session,
        (_, list) -> {
          var all = list == null ? new CopyOnWriteArrayList<Subscription>() : list;
          all.add(subscription);
          return all;
        });
    return subscription;
  }

  /// Those of a client's events of the last minutes that some listener, on any node, has been
  /// shown: one that still listens, or that left when something had come of the event.
  ///
  /// @param events in the order of receipt
  public Set<EventId> heard(SessionId session, List<EventId> events) {
    var heard = new HashSet<>(heardHere(session, events));
    if (!events.isEmpty() && !heard.contains(events.getLast())) {
      heard.addAll(watcher.heardElsewhere(session, events));
    }
    return heard;
  }

  /// As [#heard], on this node alone. One that listens, and to which nothing of the event has come
  /// yet, may have left without its end being noticed: it is given a moment.
  public Set<EventId> heardHere(SessionId session, List<EventId> events) {
    var listening = listeners.getOrDefault(session, new CopyOnWriteArrayList<>());
    long deadline = System.nanoTime() + NOTICING.toNanos();
    var heard = new HashSet<EventId>();
    for (var event : events.reversed()) {
      if (departed.has(event)
          || listening.stream().anyMatch(listener -> listener.heard(event, deadline))) {
        heard.add(event);
      }
    }
    return heard;
  }

  /// Delivers in the order of the calls for one session; a store calls it after each commit, in the
  /// order of the log.
  public void publish(SessionId session, List<? extends Item> items) {
    relay(session, items);
    for (var item : items) {
      if (!(item instanceof Item.Shown)) {
        watcher.previewed(session, item);
      }
    }
  }

  /// As [#publish], for what came from another node.
  public void relay(SessionId session, List<? extends Item> items) {
    var list = listeners.get(session);
    if (list != null) {
      for (var subscription : list) {
        items.forEach(subscription::offer);
      }
    }
    items.forEach(item -> tap.published(session, item));
  }
}
