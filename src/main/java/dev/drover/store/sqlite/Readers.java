package dev.drover.store.sqlite;

import java.sql.SQLException;
import java.util.List;

/// A few threads that read, each with a connection of its own: a reader sees all that was committed
/// when it began and never waits for the writer. Platform threads, as the [Writer].
final class Readers implements AutoCloseable {
  /// A read of one session takes well under a millisecond; more threads than cores gain nothing.
  static final int THREADS = 3;

  private final Jobs jobs = new Jobs();
  private final List<Db> connections;
  private final List<Thread> threads;

  Readers(List<Db> connections) {
    this.connections = List.copyOf(connections);
    threads =
        connections.stream()
            .map(db -> Thread.ofPlatform().name("drover-store-reader").start(() -> work(db)))
            .toList();
  }

  <T> T call(Body<T> body) {
    return jobs.call((db, _) -> body.run(db));
  }

  /// What is read on a reader's thread: one statement, so that it sees one moment.
  @FunctionalInterface
  interface Body<T> {
    T run(Db db) throws SQLException;
  }

  private void work(Db db) {
    for (var taken = jobs.take(1); !taken.isEmpty(); taken = jobs.take(1)) {
      taken.forEach(
          job -> {
            job.run(db);
            job.release();
          });
    }
  }

  @Override
  public void close() throws SQLException {
    jobs.end();
    threads.forEach(Threads::join);
    for (var db : connections) {
      db.close();
    }
  }
}
