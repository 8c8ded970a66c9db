package dev.drover.brain;

import dev.drover.base.Pause;
import dev.drover.hands.Hands;
import dev.drover.session.Sessions;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// Removes what is still here of deleted sessions: the server that was to remove it died or failed,
/// or it runs on another machine and this node has a copy. The store remembers which sessions were
/// deleted; each node compares that with what it has itself, so a removal that fails is tried
/// again.
///
/// One virtual thread, which removes one workspace after the other and ends with [#close].
public final class Leftovers implements AutoCloseable {
  /// Between two looks.
  static final Duration APART = Duration.ofMinutes(10);

  /// The removal of a large workspace is not waited for any longer; the next start goes on with it.
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final System.Logger LOG = System.getLogger(Leftovers.class.getName());

  private final Sessions sessions;
  private final Hands hands;
  private final Pause pause;
  private final Thread looking;

  /// Begins with [#start].
  public Leftovers(Sessions sessions, Hands hands, Pause pause) {
    this.sessions = sessions;
    this.hands = hands;
    this.pause = pause;
    looking = Thread.ofVirtual().name("leftovers").unstarted(this::repeat);
  }

  /// Looks now, then now and then. Returns at once.
  public void start() {
    looking.start();
  }

  /// One look, as they are made regularly.
  void look() {
    try {
      for (var session : sessions.deleted(hands.kept())) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        LOG.log(Level.INFO, "removing the workspace of " + session + ", which was deleted");
        hands.discard(session);
      }
      sessions.forgetDeleted();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "workspaces of deleted sessions stay for now: " + e.getMessage());
    }
  }

  private void repeat() {
    try {
      while (true) {
        look();
        pause.pause(APART);
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  /// Removes no further workspace. Idempotent, and does nothing before [#start].
  @Override
  public void close() {
    if (!looking.isAlive()) {
      return;
    }
    looking.interrupt();
    try {
      looking.join(PATIENCE);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
