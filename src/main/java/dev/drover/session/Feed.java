package dev.drover.session;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
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

  private final Map<SessionId, CopyOnWriteArrayList<Subscription>> listeners =
      new ConcurrentHashMap<>();

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

    /// A preview was published on this node. Must not block.
    void previewed(SessionId session, Item preview);

    Watcher NONE =
        new Watcher() {
          @Override
          public void opening(SessionId session) {}

          @Override
          public void closed(SessionId session) {}

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

  public Feed(Tap tap) {
    this.tap = tap;
  }

  /// What a listener gets.
  public sealed interface Item {
    /// How much of it waits in memory, in characters.
    default int length() {
      return 0;
    }

    /// An event, as clients see it: queued, then processed.
    record Shown(String type, String json) implements Item {
      @Override
      public int length() {
        return json.length();
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
    private volatile boolean cut;

    private Subscription(SessionId session) {
      this.session = session;
    }

    /// The next item, or null when none came within `timeout`.
    public @Nullable Item poll(Duration timeout) throws InterruptedException {
      var item = items.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (item != null) {
        characters.addAndGet(-item.length());
      }
      return item;
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
      if (removed.get()) {
        watcher.closed(session);
      }
    }

    private void offer(Item item) {
      if (cut) {
        return;
      }
      long before = characters.getAndAdd(item.length());
      boolean tooMuch = before > 0 && before + item.length() > LISTENER_CHARACTERS;
      if (tooMuch || !items.offer(item)) {
        cut = true;
        tap.cut();
      }
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
