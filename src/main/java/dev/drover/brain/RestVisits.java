package dev.drover.brain;

import dev.drover.base.Problem;
import dev.drover.base.Threads;
import dev.drover.hands.HandSpec;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The errands in the hands of sessions at rest, each session on a virtual thread of its own. Safe
/// for many threads.
final class RestVisits implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RestVisits.class.getName());

  private static final Duration APART = Duration.ofSeconds(5);

  /// The pause before the second visit: what the first one found unsteady is steady by then.
  private static final Duration SOON = Duration.ofMillis(1_200);

  private final Harness harness;
  private final Predicate<SessionId> awake;
  private final Map<SessionId, Thread> threads = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /// @param awake whether a brain of the session is awake on this node
  RestVisits(Harness harness, Predicate<SessionId> awake) {
    this.harness = harness;
    this.awake = awake;
  }

  /// Visits the session's hand, if this node holds it. Returns at once.
  void begin(SessionId session) {
    if (harness.errands().isEmpty() || closed) {
      return;
    }
    threads.compute(session, (_, earlier) -> started(session, earlier));
  }

  private Thread started(SessionId session, @Nullable Thread earlier) {
    var thread =
        Thread.ofVirtual()
            .name("rest-" + session)
            .unstarted(
                () -> {
                  try {
                    if (earlier != null) {
                      earlier.join();
                    }
                    visits(session);
                  } catch (InterruptedException _) {
                    // the server stops, or the session was deleted
                  } catch (RuntimeException | Error e) {
                    failed(session, e);
                  } finally {
                    threads.remove(session, Thread.currentThread());
                  }
                });
    if (earlier != null) {
      earlier.interrupt(); // the new visit begins anew
    }
    thread.start();
    if (closed) {
      thread.interrupt();
    }
    return thread;
  }

  private void visits(SessionId session) throws InterruptedException {
    for (var pause = SOON; visit(session); pause = APART) {
      harness.pause().pause(pause);
      if (awake.test(session)) {
        return; // another visit follows its end
      }
    }
  }

  /// @return whether processes lived in the hand when the visit began: what they wrote since then
  ///   is left to the next visit, also if they have ended
  private boolean visit(SessionId session) throws InterruptedException {
    var grip = harness.hands().visit(HandSpec.workspace(session));
    if (grip.isEmpty()) {
      for (var errand : harness.errands()) {
        errand.atRestWithoutHand(session);
      }
      return false;
    }
    try (var held = grip.get()) {
      var files = held.files();
      boolean atWork = files.isPresent() && files.get().isAtWork();
      var row = harness.sessions().getSession(session);
      for (var errand : harness.errands()) {
        errand.atRest(new Visit(row.origin().workspace(), row.primary(), held));
      }
      return atWork;
    } catch (IOException _) {
      return false; // the hand is gone
    }
  }

  private static void failed(SessionId session, Throwable e) {
    if (e instanceof Problem problem && problem.kind() == Problem.Kind.NOT_FOUND) {
      return; // it was deleted meanwhile
    }
    LOG.log(Level.WARNING, "the hand of " + session + " was not visited to the end", e);
  }

  /// Ends the visit of a session that was deleted. Returns at once.
  void end(SessionId session) {
    var thread = threads.get(session);
    if (thread != null) {
      thread.interrupt();
    }
  }

  /// Ends all visits and waits until they have ended.
  @Override
  public void close() {
    closed = true;
    Threads.stop(List.copyOf(threads.values()));
  }
}
