package dev.drover.store.sql;

import dev.drover.base.Threads;
import dev.drover.store.StoreWork;
import java.sql.SQLException;
import java.util.List;

/// A few reader threads, each with a connection of its own. A read sees everything that was
/// committed when it began, and never waits for the writer. Platform threads, as in [Writer]. Safe
/// for many callers.
public final class Readers implements AutoCloseable {
  private final UnitQueue units = new UnitQueue();
  private final Dialect dialect;
  private final List<Link> links;
  private final List<Thread> threads;
  private final WorkTally tally = new WorkTally();

  /// @param links one for each thread
  public Readers(List<Link> links, Dialect dialect) {
    this.links = List.copyOf(links);
    this.dialect = dialect;
    threads =
        links.stream()
            .map(link -> Thread.ofPlatform().name("drover-store-reader").start(() -> work(link)))
            .toList();
  }

  public <T> T call(Body<T> body) {
    return units.call("", (db, _) -> body.run(db));
  }

  StoreWork work() {
    return tally.work();
  }

  /// A read on a reader's thread. It runs one statement, so that it sees one moment.
  @FunctionalInterface
  public interface Body<T> {
    T run(Db db) throws SQLException;
  }

  private void work(Link link) {
    for (var taken = units.take(1); !taken.isEmpty(); taken = units.take(1)) {
      taken.forEach(
          unit -> {
            if (!read(unit, link)) {
              read(unit, link); // on a new connection: the old one may have broken long ago
            }
            tally.statements(link);
            unit.release();
          });
    }
  }

  /// @return false if the connection broke
  private boolean read(Unit<?> unit, Link link) {
    unit.reset();
    try {
      if (!unit.run(link.db()) && unit.failure() instanceof SQLException e) {
        throw e;
      }
      return true;
    } catch (SQLException e) {
      unit.reset();
      unit.fail(Unit.told(dialect, e));
      if (dialect.trouble(e) != Dialect.Trouble.BROKEN) {
        return true;
      }
      link.drop();
      return false;
    } catch (RuntimeException | Error e) {
      unit.fail(e);
      return true;
    }
  }

  @Override
  public void close() throws SQLException {
    units.end();
    threads.forEach(Threads::join);
    for (var link : links) {
      link.end(dialect);
    }
  }
}
