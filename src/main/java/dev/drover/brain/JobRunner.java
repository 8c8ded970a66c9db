package dev.drover.brain;

import dev.drover.base.Pause;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/// The runner of the jobs that this node can claim, a few at a time. A failed job is retried after
/// a growing pause, and is parked after [#TRIES] failures, which take about an hour. Parked jobs
/// are retried after the next start.
///
/// One virtual thread polls periodically; it and the threads that do jobs end with [#close].
public final class JobRunner implements AutoCloseable {
  /// How often a job is tried before it is parked.
  static final int TRIES = 16;

  /// The time between two polls for jobs; jobs that this node causes itself start at once.
  static final Duration APART = Duration.ofSeconds(5);

  /// The number of polls between two calls of [JobHandler#look]: ten minutes.
  static final int ROUNDS = 120;

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
  private static final int AT_ONCE = 4;

  /// How long [#close] waits for running jobs; the next start repeats an unfinished job.
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final System.Logger LOG = System.getLogger(JobRunner.class.getName());

  private final Jobs jobs;
  private final Map<String, JobHandler> handlers;
  private final Pause pause;
  private final int rounds;
  private final Semaphore free = new Semaphore(AT_ONCE);
  private final AtomicBoolean away = new AtomicBoolean();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final Set<Job> atWork = ConcurrentHashMap.newKeySet();
  private final Thread looking;
  private Set<Job> orphans = Set.of();
  private volatile boolean begun;
  private volatile boolean closed;

  /// A runner that starts with [#start].
  ///
  /// @param handlers by the kind of job
  public JobRunner(Jobs jobs, Map<String, JobHandler> handlers, Pause pause) {
    this(jobs, handlers, pause, ROUNDS);
  }

  /// @param rounds the number of polls between two calls of [JobHandler#look]
  public JobRunner(Jobs jobs, Map<String, JobHandler> handlers, Pause pause, int rounds) {
    this.rounds = rounds;
    this.jobs = jobs;
    this.handlers = Map.copyOf(handlers);
    this.pause = pause;
    looking = Thread.ofVirtual().name("jobs").unstarted(this::repeat);
  }

  /// Starts polling: first now, then periodically. Returns at once.
  public void start() {
    looking.start();
  }

  /// Starts a job that was just added. Returns at once.
  public void hint() {
    if (closed || !free.tryAcquire()) {
      return; // the running threads look for more jobs when they are done
    }
    var thread = Thread.ofVirtual().name("job").unstarted(this::workAndFree);
    threads.add(thread);
    thread.start();
    if (closed) {
      thread.interrupt();
    }
  }

  private void workAndFree() {
    try {
      attempt(this::work);
    } finally {
      free.release();
      threads.remove(Thread.currentThread());
    }
  }

  private void repeat() {
    try {
      for (int round = 0; ; round++) {
        boolean thorough = round % rounds == 0;
        attempt(() -> look(thorough));
        hint();
        pause.pause(APART);
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  /// Polls once.
  ///
  /// @param thorough whether to call [JobHandler#look], too
  void look(boolean thorough) {
    if (!begun) {
      jobs.unpark();
      begun = true;
    }
    if (thorough) {
      handlers.values().forEach(JobHandler::look);
      jobs.forget();
    }
    adopt();
  }

  /// Runs the jobs that this node has claimed but does not run: the store's answer to the claim, or
  /// to the end of the job, was lost. A job that is found for the first time may be about to start,
  /// so it is left until the next poll.
  private void adopt() {
    var without = new HashMap<Job, Job>();
    jobs.held().forEach(job -> without.put(job, job));
    without.keySet().removeAll(atWork);
    without.keySet().stream().filter(orphans::contains).forEach(this::run);
    orphans = Set.copyOf(without.keySet());
  }

  /// Runs jobs until none is due.
  void work() {
    while (!closed && !Thread.currentThread().isInterrupted()) {
      var claimed = jobs.claim(handlers.keySet(), 1);
      if (claimed.isEmpty()) {
        return;
      }
      claimed.forEach(this::run);
    }
  }

  private void run(Job job) {
    var handler = handlers.get(job.kind());
    if (handler == null || !atWork.add(job)) {
      return;
    }
    try {
      if (did(handler, job)) {
        jobs.done(job);
      }
    } finally {
      atWork.remove(job);
    }
  }

  private boolean did(JobHandler handler, Job job) {
    try {
      handler.handle(job);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // other nodes can claim it when this node has left
    } catch (Exception | Error e) {
      failed(job, e);
    }
    return false;
  }

  private void failed(Job job, Throwable cause) {
    var error = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    boolean last = job.tries() >= TRIES;
    LOG.log(
        last ? Level.ERROR : Level.WARNING,
        "job %s %s failed %s (try %d of %d): %s"
            .formatted(
                job.kind(), job.key(), last ? "for good" : "for now", job.tries(), TRIES, error));
    if (last) {
      jobs.park(job, error);
    } else {
      jobs.retry(job, error, pauseAfter(job.tries()));
    }
  }

  /// The pause after a failed try. It starts at one second and doubles, up to a limit.
  static Duration pauseAfter(int tries) {
    var pause = Duration.ofSeconds(1L << Math.clamp(tries - 1, 0, 20));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  private void attempt(Runnable look) {
    try {
      look.run();
      away.set(false);
    } catch (RuntimeException e) {
      if (!away.getAndSet(true)) {
        LOG.log(Level.WARNING, "jobs wait for the store: " + e.getMessage());
      }
    }
  }

  /// Starts no further job and interrupts the running ones. Idempotent; does nothing before
  /// [#start].
  @Override
  public void close() {
    closed = true;
    looking.interrupt();
    threads.forEach(Thread::interrupt);
    try {
      if (looking.isAlive()) {
        looking.join(PATIENCE);
      }
      long until = System.nanoTime() + PATIENCE.toNanos();
      for (var thread : threads) {
        thread.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
