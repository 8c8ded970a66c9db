package dev.drover.store.sqlite;

import dev.drover.session.Feed;
import java.sql.SQLException;
import java.util.List;

/// The one thread that writes. What callers hand in while a commit is under way is committed
/// together next: a sync of the disk is paid once for many. A unit that fails is undone alone; a
/// commit that fails fails all of its units, and the next batch starts afresh.
///
/// A platform thread, for native calls hold the carrier of a virtual one.
final class Writer implements AutoCloseable {
  /// Units in one transaction.
  static final int BATCH_LIMIT = 512;

  private static final System.Logger LOG = System.getLogger(Writer.class.getName());

  private final Jobs jobs = new Jobs();
  private final Db db;
  private final Feed feed;
  private final Thread thread;

  Writer(Db db, Feed feed) {
    this.db = db;
    this.feed = feed;
    thread = Thread.ofPlatform().name("drover-store-writer").start(this::work);
  }

  /// Returns once the work is durable and published.
  <T> T call(Job.Body<T> body) {
    return jobs.call(body);
  }

  /// How many units wait for the next batch.
  int waiting() {
    return jobs.waiting();
  }

  private void work() {
    try {
      for (var batch = jobs.take(BATCH_LIMIT); !batch.isEmpty(); batch = jobs.take(BATCH_LIMIT)) {
        commit(batch);
      }
    } finally {
      jobs.abandon();
    }
  }

  private void commit(List<Job<?>> batch) {
    try {
      if (!together(batch)) {
        batch.forEach(Job::reset);
        apart(batch);
      }
    } catch (SQLException | RuntimeException | Error e) {
      // Whatever it was, the callers must hear of it and the thread must live.
      rollBack();
      batch.forEach(job -> job.fail(Job.unavailable(e)));
    }
    for (var job : batch) {
      publish(job);
      job.release();
    }
  }

  /// What is durable stays so if it cannot be shown: readers of the log find it.
  private void publish(Job<?> job) {
    try {
      if (!job.hasFailed()) {
        job.outbox().publish(feed);
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "what was committed could not be published", e);
    }
  }

  /// Runs the units without a way back for each: it costs a copy of every page that one changes.
  /// Most that fail refuse before they write.
  ///
  /// @return whether the units are done; if not, one failed half-way, and nothing is kept of any
  private boolean together(List<Job<?>> batch) throws SQLException {
    db.run("BEGIN IMMEDIATE");
    for (var job : batch) {
      long writes = db.writes();
      if (!job.run(db) && db.writes() > writes) {
        db.run("ROLLBACK");
        return false;
      }
    }
    db.run("COMMIT");
    return true;
  }

  /// Runs the units so that one that fails half-way is undone alone.
  private void apart(List<Job<?>> batch) throws SQLException {
    db.run("BEGIN IMMEDIATE");
    for (var job : batch) {
      attempt(job);
    }
    db.run("COMMIT");
  }

  /// SQLite may answer an error (disk full) by undoing the whole transaction. Then the savepoint is
  /// gone too, going back to it fails, and so does the batch, as it must.
  private void attempt(Job<?> job) throws SQLException {
    db.run("SAVEPOINT unit");
    if (!job.run(db)) {
      db.run("ROLLBACK TO unit");
    }
    db.run("RELEASE unit");
  }

  private void rollBack() {
    try {
      db.run("ROLLBACK");
    } catch (SQLException | RuntimeException | Error _) {
      // there was no transaction left to undo, or the next one will say what is wrong
    }
  }

  /// Does what was handed in, then ends.
  @Override
  public void close() throws SQLException {
    jobs.end();
    Threads.join(thread);
    db.close();
  }
}
