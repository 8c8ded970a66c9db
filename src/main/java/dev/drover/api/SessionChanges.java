package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Overview;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.ThreadKey;
import dev.drover.wire.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The changes of sessions' states, for the streams of this node. The store says which sessions may
/// have changed, here or on another node; their states are read together a moment later, and sent
/// to the listeners of their workspaces: at once if they differ from what was sent before, and
/// otherwise later, because a listener may have read another state from a list meanwhile. So a
/// session that changes often costs a row and a frame now and then. Safe for many threads.
final class SessionChanges implements Feed.Observer, AutoCloseable {
  static final String CHANGED = "session.changed";
  static final String REMOVED = "session.removed";
  static final String RELOAD = "reload";

  /// How long changes are collected.
  private static final Duration PACE = Duration.ofMillis(250);

  /// How long changes are collected after the store has failed.
  private static final Duration AGAIN = Duration.ofSeconds(2);

  /// How long a state is held back that was sent before.
  private static final Duration HELD = Duration.ofSeconds(5);

  /// The maximum number of sessions that wait to be read. If there are more, listeners reload.
  private static final int WAITING = 10_000;

  /// The maximum number of sessions whose last state is remembered.
  private static final int KNOWN = 20_000;

  private static final EventId NONE = new EventId(EventId.PREFIX + "change");

  private final Feed feed;
  private final Function<List<SessionId>, List<Overview>> read;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition something = lock.newCondition();
  private final Set<SessionId> waiting = new LinkedHashSet<>();
  private final Set<WorkspaceId> listening = new LinkedHashSet<>();
  private final Map<SessionId, Overview> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SessionId, Overview> eldest) {
          return size() > KNOWN;
        }
      };

  /// When states that are held back are sent, on the nanosecond clock, the earliest first.
  private final Map<SessionId, Long> held = new LinkedHashMap<>();

  /// Counts subscriptions: what was read before one says nothing of what its listener knows.
  private long subscriptions;

  /// Used by the thread alone.
  private Duration pace = PACE;

  private boolean reload;
  private boolean closed;
  private final Thread thread;

  /// @param read returns the states of sessions, see [Sessions#overviews]
  SessionChanges(Feed feed, Function<List<SessionId>, List<Overview>> read) {
    this.feed = feed;
    this.read = read;
    thread = Thread.ofVirtual().name("session-changes").start(this::run);
    feed.add(this);
  }

  /// Subscribes to the changes of a workspace. What changes after this returns is delivered.
  Feed.Subscription subscribe(WorkspaceId workspace) {
    var subscription = feed.subscribe(workspace);
    lock.lock();
    try {
      listening.add(workspace);
      subscriptions++;
      known.clear();
    } finally {
      lock.unlock();
    }
    return subscription;
  }

  @Override
  public void changed(SessionId session) {
    lock.lock();
    try {
      if (waiting.size() < WAITING) {
        waiting.add(session);
      } else {
        reload = true;
      }
      something.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void missed() {
    lock.lock();
    try {
      reload = true;
      something.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (collect()) {
        var some = take();
        try {
          show(some, read.apply(some.ids()));
          pace = PACE;
        } catch (RuntimeException e) {
          if (!(e instanceof Problem)) {
            Errors.log("session-changes", e);
          }
          some.ids().forEach(this::changed); // the store is away, for a while
          pace = AGAIN;
        }
      }
    } catch (InterruptedException _) {
      // the server stops
    }
  }

  /// Waits until something has changed, and a moment longer.
  ///
  /// @return false if the server stops
  private boolean collect() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && waiting.isEmpty() && !reload && untilHeld() > 0) {
        something.awaitNanos(untilHeld());
      }
      long left = pace.toNanos();
      while (!closed && left > 0) {
        left = something.awaitNanos(left);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /// The time until the first state that is held back is sent, in nanoseconds.
  private long untilHeld() {
    return held.isEmpty() ? Long.MAX_VALUE : held.values().iterator().next() - System.nanoTime();
  }

  /// Sessions to read.
  ///
  /// @param due those that were held back, and are sent in any case
  /// @param subscriptions the number of subscriptions before they are read
  private record Some(List<SessionId> ids, Set<SessionId> due, long subscriptions) {}

  private Some take() {
    lock.lock();
    try {
      if (reload) {
        reload = false;
        known.clear();
        held.clear();
        var item = item(RELOAD, Json.obj("type", RELOAD));
        listening.forEach(workspace -> feed.publish(workspace, List.of(item)));
      }
      var ids = new LinkedHashSet<SessionId>();
      while (ids.size() < Sessions.OVERVIEWS && untilHeld() <= 0) {
        var first = held.keySet().iterator().next();
        held.remove(first);
        ids.add(first);
      }
      var due = Set.copyOf(ids);
      for (var next = waiting.iterator(); next.hasNext() && ids.size() < Sessions.OVERVIEWS; ) {
        ids.add(next.next());
        next.remove();
      }
      return new Some(List.copyOf(ids), due, subscriptions);
    } finally {
      lock.unlock();
    }
  }

  private void show(Some asked, List<Overview> found) {
    lock.lock();
    try {
      boolean stale = asked.subscriptions() != subscriptions;
      var gone = new ArrayList<>(asked.ids());
      for (var state : found) {
        gone.remove(state.id());
        var before = known.get(state.id());
        if (stale || asked.due().contains(state.id()) || !isSame(before, state)) {
          held.remove(state.id());
          known.put(state.id(), state);
          feed.publish(state.workspace(), List.of(item(CHANGED, write(state))));
        } else {
          held.putIfAbsent(state.id(), System.nanoTime() + HELD.toNanos());
        }
      }
      gone.forEach(this::remove);
      if (stale) {
        known.keySet().removeAll(asked.ids());
      }
    } finally {
      lock.unlock();
    }
  }

  private void remove(SessionId id) {
    held.remove(id);
    var last = known.remove(id);
    if (last != null) {
      var json = Json.obj("type", REMOVED, "session_id", id.value());
      feed.publish(last.workspace(), List.of(item(REMOVED, json)));
    }
  }

  /// Whether two states differ in nothing but the time.
  private static boolean isSame(@Nullable Overview before, Overview now) {
    return before != null
        && before.status() == now.status()
        && Objects.equals(before.title(), now.title())
        && before.waiting().equals(now.waiting())
        && before.calls().equals(now.calls());
  }

  private static Feed.Item.Shown item(String type, Json json) {
    return new Feed.Item.Shown(NONE, ThreadKey.PRIMARY, type, json.toString());
  }

  private static Json write(Overview state) {
    return Json.obj(
        "type",
        CHANGED,
        "session_id",
        state.id().value(),
        "status",
        state.status().name().toLowerCase(Locale.ROOT),
        "waiting_for",
        state.waiting().map(SessionChanges::name).orElse(null),
        "calls",
        state.calls().stream().map(EventId::value).toList(),
        "title",
        state.title(),
        "updated_at",
        Times.write(state.updatedAt()));
  }

  static String name(Overview.Wait wait) {
    return wait.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    feed.remove(this);
    lock.lock();
    try {
      closed = true;
      something.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
  }
}
