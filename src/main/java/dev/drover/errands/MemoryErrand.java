package dev.drover.errands;

import dev.drover.brain.HandErrand;
import dev.drover.brain.Prepared;
import dev.drover.brain.Visit;
import dev.drover.hands.ToolCall;
import dev.drover.memory.Memories;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource.Attached;
import dev.drover.session.SessionResources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Keeps the directories of sessions' memory stores equal to the stores: before the calls of each
/// step, after each call that may have changed them, and while the session rests. Safe for many
/// threads.
public final class MemoryErrand implements HandErrand {
  private static final Set<String> READ_ONLY = Set.of("read", "glob", "grep");

  /// The number of sessions that are remembered. For another one everything is compared again.
  private static final int REMEMBERED = 200;

  /// The number of lines that one result has.
  private static final int LINES = 20;

  private final SessionResources resources;
  private final Memories memories;
  private final Tap tap;
  private final Map<SessionId, Stores> sessions =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SessionId, Stores> eldest) {
          return size() > REMEMBERED;
        }
      };

  public MemoryErrand(SessionResources resources, Memories memories, Tap tap) {
    this.resources = resources;
    this.memories = memories;
    this.tap = tap;
  }

  /// Observes the rounds. Its method returns at once, throws nothing, and is called by many
  /// threads.
  public interface Tap {
    /// A directory was compared with its store, because one of them was changed.
    ///
    /// @param outcome `settled`; `unsettled` if something is left to the next round; `failed`
    /// @param conflicts the number of memories that were changed in both
    /// @param start by [System#nanoTime]
    void compared(String outcome, int conflicts, long start);
  }

  /// The stores of one session.
  private static final class Stores {
    final ReentrantLock one = new ReentrantLock(); // held while they are compared
    @Nullable List<MemorySync> all; // read when it is first needed
  }

  /// The memory stores of a session.
  public static List<Attached> of(SessionResources resources, SessionId session) {
    return resources.of(session).stream()
        .flatMap(one -> one instanceof Attached store ? Stream.of(store) : Stream.empty())
        .toList();
  }

  private Stores stores(SessionId session) {
    synchronized (sessions) {
      return sessions.computeIfAbsent(session, _ -> new Stores());
    }
  }

  @Override
  public Prepared before(Visit visit) throws InterruptedException {
    return new Prepared(List.of(), compare(visit, true));
  }

  @Override
  public List<String> after(Visit visit, ToolCall call) throws InterruptedException {
    return READ_ONLY.contains(call.name()) ? List.of() : compare(visit, true);
  }

  @Override
  public void atRest(Visit visit) throws InterruptedException {
    compare(visit, false);
  }

  /// @param reports whether the model gets the lines; otherwise they are kept
  private List<String> compare(Visit visit, boolean reports) throws InterruptedException {
    var stores = stores(visit.session());
    stores.one.lockInterruptibly();
    try {
      if (stores.all == null) {
        stores.all = all(visit);
      }
      var files = visit.grip().files();
      if (files.isEmpty()) {
        return List.of(); // a hand of an older version, which has no memory stores
      }
      var lines = new ArrayList<String>();
      for (var store : stores.all) {
        if (!reports && visit.grip().isWanted()) {
          break;
        }
        store.run(visit.grip(), files.get());
        if (reports) {
          lines.addAll(store.takeLines());
        }
      }
      return shortened(lines);
    } finally {
      stores.one.unlock();
    }
  }

  private List<MemorySync> all(Visit visit) {
    return of(resources, visit.session()).stream()
        .map(store -> new MemorySync(memories, visit.workspace(), visit.session(), store, tap))
        .toList();
  }

  private static List<String> shortened(List<String> lines) {
    if (lines.size() <= LINES) {
      return lines;
    }
    var some = new ArrayList<>(lines.subList(0, LINES));
    some.add("[memory] and %,d more such lines.".formatted(lines.size() - LINES));
    return some;
  }
}
