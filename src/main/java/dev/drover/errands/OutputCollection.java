package dev.drover.errands;

import dev.drover.base.Problem;
import dev.drover.brain.JobHandler;
import dev.drover.brain.Visit;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.hands.Sandboxes;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.Snapshots;
import dev.drover.session.Status;
import java.lang.System.Logger.Level;
import java.util.Optional;

/// The handler of the jobs that collect outputs which a server did not collect because it died, or
/// because the storage did not answer. They belong to the data directory in which the outputs are.
public final class OutputCollection implements JobHandler {
  private static final System.Logger LOG = System.getLogger(OutputCollection.class.getName());

  private final Jobs jobs;
  private final Sessions sessions;
  private final Snapshots snapshots;
  private final Hands hands;
  private final OutputErrand errand;

  public OutputCollection(
      Jobs jobs, Sessions sessions, Snapshots snapshots, Hands hands, OutputErrand errand) {
    this.jobs = jobs;
    this.sessions = sessions;
    this.snapshots = snapshots;
    this.hands = hands;
    this.errand = errand;
  }

  /// A running session needs no job: its outputs are collected when it rests, by a visit or by a
  /// job that is then added. Nor is there anything to collect if the session has continued in
  /// another data directory: what its files have been since then is there. What processes may still
  /// write is left to a later job.
  @Override
  public void handle(Job job) throws Exception {
    var id = new SessionId(job.key());
    var session = session(id);
    if (session.isEmpty() || isElsewhere(id)) {
      errand.outputs().collected(id);
    } else if (isAtRest(session.get()) && errand.outputs().isOwed(id)) {
      collect(session.get());
    }
  }

  private Optional<Session> session(SessionId id) {
    try {
      return Optional.of(sessions.getSession(id));
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean isAtRest(Session session) {
    return session.status() == Status.IDLE || session.status() == Status.TERMINATED;
  }

  private boolean isElsewhere(SessionId session) {
    var own = hands.home(session);
    return snapshots
        .home(session)
        .filter(right -> own.isEmpty() || !own.get().equals(right.id()))
        .isPresent();
  }

  private void collect(Session session) throws Exception {
    var spec = HandSpec.workspace(session.id());
    var held = hands.visit(spec);
    try (var grip = held.isPresent() ? held.get() : hands.provision(spec)) {
      errand.collect(new Visit(session.origin().workspace(), session.primary(), grip));
    } catch (Sandboxes.Unavailable e) { // such as in use by another server: it or a later job will
      LOG.log(Level.INFO, "outputs of " + session.id() + " wait: " + e.getMessage());
    }
  }

  @Override
  public void look() {
    for (var session : errand.outputs().owed()) {
      jobs.owe(Job.Order.collection(session));
    }
  }
}
