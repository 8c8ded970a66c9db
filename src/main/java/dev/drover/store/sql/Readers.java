package dev.drover.store.sql;

import dev.drover.base.Threads;
import java.sql.SQLException;
import java.util.List;

/// A few threads that read, each with a connection of its own: a reader sees all that was committed
/// when it began and never waits for the writer. Platform threads, as the [Writer].
public final class Readers implements AutoCloseable {
  private final Jobs jobs = new Jobs();
  private final Dialect dialect;
  private final List<Link> links;
  private final List<Thread> threads;

  /// @param links one to a thread
  public Readers(List<Link> links, Dialect dialect) {
    this.links = List.copyOf(links);
    this.dialect = dialect;
    threads =
        links.stream()
            .map(link -> Thread.ofPlatform().name("drover-store-reader").start(() -> work(link)))
            .toList();
  }

  public <T> T call(Body<T> body) {
    return jobs.call("", (db, _) -> body.run(db));
  }

  /// What is read on a reader's thread: one statement, so that it sees one moment.
  @FunctionalInterface
  public interface Body<T> {
    T run(Db db) throws SQLException;
  }

  private void work(Link link) {
    for (var taken = jobs.take(1); !taken.isEmpty(); taken = jobs.take(1)) {
      taken.forEach(
          job -> {
            if (!read(job, link)) {
              read(job, link); // on a new connection: the old one may have broken long ago
            }
            job.release();
          });
    }
  }

  /// @return false if the connection broke
  private boolean read(Job<?> job, Link link) {
    job.reset();
    try {
      if (!job.run(link.db()) && job.failure() instanceof SQLException e) {
        throw e;
      }
      return true;
    } catch (SQLException e) {
      job.reset();
      job.fail(Job.told(dialect, e));
      if (dialect.trouble(e) != Dialect.Trouble.BROKEN) {
        return true;
      }
      link.drop();
      return false;
    } catch (RuntimeException | Error e) {
      job.fail(e);
      return true;
    }
  }

  @Override
  public void close() throws SQLException {
    jobs.end();
    threads.forEach(Threads::join);
    for (var link : links) {
      link.end(dialect);
    }
  }
}
