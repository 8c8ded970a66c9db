package dev.drover.snapshot;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.brain.HandErrand;
import dev.drover.brain.JobHandler;
import dev.drover.brain.Prepared;
import dev.drover.brain.Visit;
import dev.drover.catalog.Blobs;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Job;
import dev.drover.session.SessionId;
import dev.drover.session.Snapshots;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Makes sure that a session's commands run in the right directories. If these are not on this
/// machine, the node that has them takes a snapshot, and the newest snapshot is restored in a new
/// hand here; the model learns what was kept. Also takes the snapshots that other nodes ask for,
/// and schedules those of sessions at rest. Safe for many threads.
public final class SnapshotErrand implements HandErrand, JobHandler, AutoCloseable {
  /// How long a node waits for the snapshot of another one.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// How often a snapshot is tried that another node asks for, if the directories themselves are
  /// the reason why it fails; then that node does without.
  private static final int TRIES = 4;

  /// The number of sessions that are remembered; for another one, the log is read again.
  private static final int REMEMBERED = 1_000;

  private static final Duration LOOK = Duration.ofMillis(50);

  private static final System.Logger LOG = System.getLogger(SnapshotErrand.class.getName());

  private final Snapshots snapshots;
  private final Hands hands;
  private final Ids ids;
  private final Pause pause;
  private final Taking taking;
  private final Restoring restoring;
  private final RestingSessions resting;

  /// The sessions of which this server has told the model everything.
  private final Set<SessionId> told =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<SessionId, Boolean>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<SessionId, Boolean> eldest) {
                  return size() > REMEMBERED;
                }
              }));

  public SnapshotErrand(
      Snapshots snapshots,
      Blobs blobs,
      Hands hands,
      SnapshotSettings settings,
      Ids ids,
      InstantSource clock,
      Pause pause) {
    this.snapshots = snapshots;
    this.hands = hands;
    this.ids = ids;
    this.pause = pause;
    taking = new Taking(snapshots, blobs, ids, clock, settings.mostBytes(), settings.kept());
    restoring = new Restoring(snapshots, blobs);
    resting = new RestingSessions(settings.after(), pause, this::takeAtRest);
  }

  /// Starts taking the snapshots of sessions at rest.
  public void start() {
    resting.start();
  }

  /// Whether the session's right directories are others than those on this machine.
  private boolean isElsewhere(SessionId session) {
    var own = hands.home(session);
    return snapshots
        .home(session)
        .filter(right -> own.isEmpty() || !own.get().equals(right.id()))
        .isPresent();
  }

  @Override
  public boolean mayPrepare(SessionId session) {
    return !isElsewhere(session);
  }

  @Override
  public void beforeHand(SessionId session) throws Sandboxes.Unavailable, InterruptedException {
    resting.awake(session);
    if (isElsewhere(session)) {
      request(session);
      hands.discard(session);
    }
  }

  /// Lets the node that has the directories take a snapshot, if the node lives: also without a call
  /// since the newest one, processes and clients may have changed files.
  ///
  /// @throws Sandboxes.Unavailable if that takes too long: the node may be waiting for the storage
  private void request(SessionId session) throws Sandboxes.Unavailable, InterruptedException {
    if (!isReachable(session)) {
      return;
    }
    snapshots.request(session);
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (snapshots.isRequested(session) && isReachable(session)) {
      if (System.nanoTime() > until) {
        throw new Sandboxes.Unavailable(
            "The files of this session are on another node, which has not been able to store a"
                + " snapshot of them so far. They are not lost. Try again later.");
      }
      pause.pause(LOOK);
    }
  }

  private boolean isReachable(SessionId session) {
    return snapshots.home(session).filter(home -> home.reachable() && !home.here()).isPresent();
  }

  @Override
  public Prepared before(Visit visit) throws Sandboxes.Unavailable, InterruptedException {
    var session = visit.session();
    var own = hands.home(session);
    var right = snapshots.home(session);
    if (own.isEmpty() || right.filter(home -> home.id().equals(own.get())).isPresent()) {
      return new Prepared(List.of(), untold(session));
    }
    told.add(session);
    var note = right.isEmpty() ? Optional.<String>empty() : Optional.of(restored(visit));
    var moved = new Event.WorkspaceHome(new EventId(ids.next(EventId.PREFIX)), own.get(), note);
    return new Prepared(List.of(moved), note.stream().toList());
  }

  private String restored(Visit visit) throws Sandboxes.Unavailable, InterruptedException {
    try {
      return restoring.restore(visit.session(), visit.grip());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the files of " + visit.session() + " could not be restored", e);
      throw new Sandboxes.Unavailable(
          "The files of this session could not be restored: " + e.getMessage(), e);
    }
  }

  /// A server that died may have restored the directories for this call.
  @Override
  public List<String> after(Visit visit, ToolCall call) {
    return untold(visit.session());
  }

  /// What an earlier server has left to tell the model. It is looked for once.
  private List<String> untold(SessionId session) {
    if (told.contains(session)) {
      return List.of();
    }
    var lines = snapshots.untold(session).stream().toList();
    told.add(session);
    return lines;
  }

  @Override
  public void atRest(Visit visit) {
    resting.rests(visit.session());
  }

  /// Takes a snapshot of the session's hand, if it lives here.
  private void takeAtRest(SessionId session) throws InterruptedException {
    var home = hands.home(session);
    var grip = hands.visit(HandSpec.workspace(session));
    if (home.isEmpty() || grip.isEmpty()) {
      return;
    }
    try (var held = grip.get()) {
      taking.take(session, home.get(), held);
    } catch (IOException | Problem e) {
      LOG.log(Level.WARNING, "no snapshot of " + session + " was taken: " + e.getMessage());
    }
  }

  /// Takes the snapshot that another node asks for, and gives up the hand, which that node
  /// replaces.
  @Override
  public void handle(Job job) throws Sandboxes.Unavailable, IOException, InterruptedException {
    var session = new SessionId(job.key());
    var home = hands.home(session);
    if (home.isEmpty() || isElsewhere(session)) {
      return;
    }
    resting.awake(session);
    try (var grip = hands.provision(HandSpec.workspace(session))) {
      taking.take(session, home.get(), grip);
    } catch (IOException | Problem e) {
      boolean passes = e instanceof Problem problem && problem.kind() == Problem.Kind.UNAVAILABLE;
      if (passes || job.tries() < TRIES) {
        throw e;
      }
      LOG.log(Level.WARNING, "there is no snapshot of " + session + ": " + e.getMessage());
    }
    hands.release(session);
  }

  /// Takes the snapshots of all sessions at rest now, the most recent first.
  ///
  /// @param limit how long this may take
  public void drain(Duration limit) throws InterruptedException {
    resting.drain(limit);
  }

  @Override
  public void close() {
    resting.close();
  }
}
