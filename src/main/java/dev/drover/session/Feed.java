package dev.drover.session;

import dev.drover.catalog.WorkspaceId;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The in-memory distribution of committed events and of previews to this node's listeners. Nothing
/// is stored: a listener that subscribes later reads earlier events from the log. Safe for many
/// threads; publishing never blocks.
public final class Feed {
  /// The number of items that may wait for one slow listener before it is cut off.
  public static final int LISTENER_LIMIT = 4_096;

  /// The number of JSON characters that may wait for one slow listener before it is cut off: more
  /// than the longest request produces, whose events are shown queued and again processed.
  public static final long LISTENER_CHARACTERS = 64L * 1024 * 1024;

  /// The number of characters that may always wait for one listener: below it, the listener is not
  /// cut off to make room for others.
  public static final long LISTENER_SHARE = 4L * 1024 * 1024;

  /// The type of the previews of what a command prints while it runs. Their id is that of the call;
  /// no event has this type.
  public static final String TOOL_OUTPUT = "drover.tool_output";

  /// The time that it may take to notice that a listener has left.
  private static final Duration NOTICING = Duration.ofMillis(150);

  /// The listeners to the events of a session, by its id, and to the changes of a workspace's
  /// sessions, by that of the workspace.
  private final Map<String, CopyOnWriteArrayList<Subscription>> listeners =
      new ConcurrentHashMap<>();

  /// The number of listeners to the changes of workspaces.
  private final AtomicInteger watching = new AtomicInteger();

  private final List<Observer> observers = new CopyOnWriteArrayList<>();

  private final DepartedListeners departed = new DepartedListeners();
  private final AtomicLong waiting = new AtomicLong();
  private final long most;
  private final Tap tap;

  /// An observer of everything that is published. It is called on the publishing thread, before any
  /// listener receives the item, so it must be fast and never throw.
  public interface Tap {
    void published(SessionId session, Item item);

    /// Called when a listener is cut off because it was too slow.
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

  /// The link to other nodes: it is notified which sessions have listeners here, and relays what
  /// other nodes publish.
  public interface Watcher {
    /// Called before a listener subscribes: what is committed after this returns must reach the
    /// feed. If it throws, the listener does not subscribe.
    void opening(SessionId session);

    /// Called after a listener has left.
    void closed(SessionId session);

    /// Those of a session's events that listeners of other nodes have received, as far as these
    /// nodes answer at once.
    Set<EventId> heardElsewhere(SessionId session, List<EventId> events);

    /// Called when a preview is published on this node. Must not block.
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

  /// Learns which sessions may have changed their state, whichever node changed it, while someone
  /// listens to the changes of a workspace. It is called on the publishing thread, so it must be
  /// fast and never throw.
  public interface Observer {
    /// The status of a session, its title, or what it waits for may have changed, or it was
    /// deleted.
    void changed(SessionId session);

    /// Changes may have been missed.
    void missed();
  }

  public Feed() {
    this(Tap.NONE);
  }

  public void add(Observer observer) {
    observers.add(observer);
  }

  public void remove(Observer observer) {
    observers.remove(observer);
  }

  /// Whether observers are notified.
  public boolean isObserved() {
    return watching.get() > 0;
  }

  /// Notifies the observers, see [Observer#changed].
  public void changed(SessionId session) {
    if (isObserved()) {
      observers.forEach(observer -> observer.changed(session));
    }
  }

  /// Notifies the observers, see [Observer#missed].
  public void missed() {
    if (isObserved()) {
      observers.forEach(Observer::missed);
    }
  }

  /// Sets the watcher. Must be called once, before the first subscription.
  public void watchedBy(Watcher watcher) {
    this.watcher = watcher;
  }

  /// A feed in which the items that wait for all listeners together may take an eighth of the heap.
  public Feed(Tap tap) {
    this(tap, Runtime.getRuntime().maxMemory() / 8);
  }

  /// @param most the number of characters that may wait for all listeners together; beyond it,
  ///   listeners with more than [#LISTENER_SHARE] waiting characters are cut off
  Feed(Tap tap, long most) {
    this.tap = tap;
    this.most = most;
  }

  /// An item that is delivered to listeners.
  public sealed interface Item {
    /// The size of the item in memory, in characters.
    default int length() {
      return 0;
    }

    /// An event, as clients see it: queued, then processed.
    ///
    /// @param thread the thread to which it belongs
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

    /// The start of the preview of a reply, which may become the event `id`.
    record PreviewStart(String type, EventId id) implements Item {}

    /// Further text of a preview.
    ///
    /// @param index the index of the content block of the event, from 0
    record PreviewText(String type, EventId id, int index, String text) implements Item {
      @Override
      public int length() {
        return text.length();
      }
    }
  }

  /// A subscription of one listener. It must be closed.
  public final class Subscription implements AutoCloseable {
    private final String subject;
    private final Runnable left;
    private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>(LISTENER_LIMIT);
    private final AtomicLong characters = new AtomicLong();
    private final ListenerHistory hearing = new ListenerHistory();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean cut;

    /// @param left called when the listener has left
    private Subscription(String subject, Runnable left) {
      this.subject = subject;
      this.left = left;
    }

    /// Waits for the next item; null if none arrives within `timeout`.
    public @Nullable Item poll(Duration timeout) throws InterruptedException {
      var item = items.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (item != null) {
        count(-item.length());
        hearing.taken(item);
      }
      return item;
    }

    /// Changes the number of waiting characters, and returns the new number.
    private long count(long change) {
      waiting.addAndGet(change);
      return characters.addAndGet(change);
    }

    private void forget() {
      for (var item = items.poll(); item != null; item = items.poll()) {
        count(-item.length());
      }
    }

    /// Records that the listener received an item that was published before it subscribed.
    public void late(Item item) {
      hearing.given(item);
      hearing.taken(item);
    }

    /// Whether items were dropped because the listener was too slow. The items that it has not read
    /// yet are complete up to the first dropped one.
    public boolean isCut() {
      return cut;
    }

    /// Ends the subscription. Idempotent.
    @Override
    public void close() {
      departed.add(
          hearing.settled()); // first, so that at each moment it either listens or departed
      var removed = new AtomicBoolean();
      listeners.computeIfPresent(
          subject,
          (_, list) -> {
            removed.set(list.remove(this));
            return list.isEmpty() ? null : list;
          });
      closed.countDown();
      forget();
      if (removed.get()) {
        left.run();
      }
    }

    /// Whether the listener has received an event, and has also received an answer to it or still
    /// listens at the deadline.
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

    /// @param now the number of waiting characters including an item of `length`; one item alone is
    ///   never too much
    private boolean isTooMuch(long now, int length) {
      return now > length
          && (now > LISTENER_CHARACTERS || (now > LISTENER_SHARE && waiting.get() > most));
    }
  }

  /// Subscribes a listener: everything that is published after this returns is delivered.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if the end of the log cannot be read
  public Subscription subscribe(SessionId session) {
    watcher.opening(session);
    return subscribe(session.value(), () -> watcher.closed(session));
  }

  /// Subscribes a listener to the changes of a workspace's sessions: what is published to the
  /// workspace after this returns is delivered.
  public Subscription subscribe(WorkspaceId workspace) {
    watching.incrementAndGet();
    return subscribe(workspace.value(), watching::decrementAndGet);
  }

  private Subscription subscribe(String subject, Runnable left) {
    var subscription = new Subscription(subject, left);
    listeners.compute(
        subject,
        (_, list) -> {
          var all = list == null ? new CopyOnWriteArrayList<Subscription>() : list;
          all.add(subscription);
          return all;
        });
    return subscription;
  }

  /// Those of a client's recent events that some listener on any node has received: one that still
  /// listens, or one that left after the event was answered.
  ///
  /// @param events in the order of receipt
  public Set<EventId> heard(SessionId session, List<EventId> events) {
    var heard = new HashSet<>(heardHere(session, events));
    if (!events.isEmpty() && !heard.contains(events.getLast())) {
      heard.addAll(watcher.heardElsewhere(session, events));
    }
    return heard;
  }

  /// As [#heard], for this node only. A listener to which no answer to the event was delivered may
  /// have left unnoticed, so this waits up to 150 ms for the end of its subscription.
  public Set<EventId> heardHere(SessionId session, List<EventId> events) {
    var listening = listeners.getOrDefault(session.value(), new CopyOnWriteArrayList<>());
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

  /// Delivers items to the session's listeners, in the order of the calls. A store calls this after
  /// each commit, in the order of the log.
  public void publish(SessionId session, List<? extends Item> items) {
    relay(session, items);
    for (var item : items) {
      if (!(item instanceof Item.Shown)) {
        watcher.previewed(session, item);
      }
    }
  }

  /// As [#publish], for items from another node.
  public void relay(SessionId session, List<? extends Item> items) {
    items.forEach(item -> tap.published(session, item)); // before a client can react to them
    offer(session.value(), items);
  }

  /// Delivers items to the listeners to the changes of a workspace's sessions.
  public void publish(WorkspaceId workspace, List<? extends Item> items) {
    offer(workspace.value(), items);
  }

  private void offer(String subject, List<? extends Item> items) {
    var list = listeners.get(subject);
    if (list != null) {
      for (var subscription : list) {
        items.forEach(subscription::offer);
      }
    }
  }
}
