package dev.drover.store.sql;

import dev.drover.base.Threads;
import dev.drover.store.StoreWork;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The writer threads, each with a connection of its own. Units that are submitted during a commit
/// are committed together next, so that many share one sync of the disk. A unit that fails is
/// rolled back alone. If a commit fails, all of its units fail, and the next batch starts a new
/// transaction. Safe for many threads.
///
/// Units with the same key are done by one thread, in their order. Platform threads, because native
/// calls block the carrier of a virtual thread.
public final class Writer implements AutoCloseable {
  /// The maximum number of units in one transaction.
  static final int BATCH_LIMIT = 512;

  /// How often a unit is tried if it conflicts with another transaction.
  private static final int TRIES = 5;

  private static final System.Logger LOG = System.getLogger(Writer.class.getName());

  private final List<Lane> lanes;
  private final Dialect dialect;
  private final Publisher publisher;
  private final WorkTally tally = new WorkTally();

  /// @param links one for each thread; with several, the database must lock rows itself
  public Writer(List<Link> links, Dialect dialect, Publisher publisher) {
    this.dialect = dialect;
    this.publisher = publisher;
    lanes = links.stream().map(Lane::new).toList();
  }

  /// Does `body` in a transaction. Returns once it is durable and published.
  ///
  /// @param key the subject of the work: a session, or something else with a row
  /// @param body may run again after its transaction was rolled back
  public <T> T call(String key, Unit.Body<T> body) {
    return lanes.get(Math.floorMod(key.hashCode(), lanes.size())).units.call(key, body);
  }

  /// The number of units that wait for the next batch.
  public int waiting() {
    return lanes.stream().mapToInt(lane -> lane.units.waiting()).sum();
  }

  StoreWork work() {
    return tally.work();
  }

  private final class Lane {
    final UnitQueue units = new UnitQueue();
    final Link link;
    final Thread thread;

    Lane(Link link) {
      this.link = link;
      thread = Thread.ofPlatform().name("drover-store-writer").start(this::work);
    }

    private void work() {
      try {
        for (var batch = units.take(BATCH_LIMIT);
            !batch.isEmpty();
            batch = units.take(BATCH_LIMIT)) {
          commit(batch);
        }
      } finally {
        units.abandon();
      }
    }

    private void commit(List<Unit<?>> batch) {
      if (!together(batch)) {
        for (var unit : batch) {
          alone(unit);
        }
      }
      tally.statements(link);
      for (var unit : batch) {
        publish(unit);
        unit.release();
      }
    }

    /// Runs the units in one transaction, without a savepoint for each, which would cost a round
    /// trip or a copy of every page. Most units that fail do so before they write.
    ///
    /// The connection may have broken unnoticed long ago. If that is detected before the commit was
    /// sent, nothing is durable, and all units run again on a new connection.
    ///
    /// @return whether their outcomes are final; if not, all were rolled back
    private boolean together(List<Unit<?>> batch) {
      boolean old = link.isUp();
      boolean committing = false;
      try {
        var db = link.db();
        dialect.begin(db);
        if (!all(db, inOrder(batch))) {
          rollBack();
          batch.forEach(Unit::reset);
          return false;
        }
        committing = true;
        dialect.commit(db);
        tally.commit();
        return true;
      } catch (SQLException e) {
        giveUp(e);
        var trouble = dialect.trouble(e);
        if (trouble == Dialect.Trouble.BROKEN && old && !committing) {
          batch.forEach(Unit::reset);
          return together(batch);
        }
        boolean conflict = trouble == Dialect.Trouble.CONFLICT;
        batch.forEach(conflict ? Unit::reset : unit -> unit.fail(Unit.lostWith(dialect, e)));
        return !conflict;
      } catch (RuntimeException | Error e) {
        // Whatever failed, the callers must get an outcome and the thread must survive.
        link.drop();
        batch.forEach(unit -> unit.fail(Unit.unavailable(e)));
        return true;
      }
    }

    /// Runs all units. If a statement costs a round trip, the units share their statements.
    ///
    /// @return false if one failed halfway
    private boolean all(Db db, List<Unit<?>> batch) throws SQLException {
      if (batch.size() == 1 || !sharesRows()) {
        for (var unit : batch) {
          if (failsHalfWay(db, unit)) {
            return false;
          }
        }
        return true;
      }
      db.gather();
      try {
        SessionRows.takeAll(db, batch.stream().map(Unit::key).toList());
        for (var unit : batch) {
          if (failsHalfWay(db, unit)) {
            return false;
          }
        }
        db.flush();
        return true;
      } catch (SQLException e) {
        if (dialect.trouble(e) != Dialect.Trouble.CONSTRAINT) {
          throw e;
        }
        return false; // an assumption failed: alone, each unit finds out its own outcome
      } finally {
        db.scatter();
      }
    }

    /// Runs a unit.
    ///
    /// @return whether it failed and may have left changes in the transaction
    ///
    /// @throws SQLException if the connection broke, so that no unit can succeed
    private boolean failsHalfWay(Db db, Unit<?> unit) throws SQLException {
      long writes = db.writes();
      if (unit.run(db)) {
        return false;
      }
      if (unit.failure() instanceof SQLException e) {
        if (dialect.trouble(e) == Dialect.Trouble.BROKEN) {
          throw e;
        }
        return true;
      }
      return db.writes() > writes;
    }

    /// Runs a unit in a transaction of its own.
    private void alone(Unit<?> unit) {
      for (int tries = 1; ; tries++) {
        unit.reset();
        try {
          var db = link.db();
          dialect.begin(db);
          if (unit.run(db)) {
            dialect.commit(db);
            tally.commit();
            return;
          }
          if (!(unit.failure() instanceof SQLException e)) {
            rollBack();
            return;
          }
          throw e;
        } catch (SQLException e) {
          giveUp(e);
          if (!passes(dialect.trouble(e)) || tries == TRIES) {
            unit.reset();
            unit.fail(Unit.told(dialect, e));
            return;
          }
        } catch (RuntimeException | Error e) {
          link.drop();
          unit.fail(Unit.unavailable(e));
          return;
        }
      }
    }

    /// Whether a retry may have another outcome. A constraint may be violated because another node
    /// was faster, for example with a name that was free before; the retry then sees that name
    /// itself.
    private static boolean passes(Dialect.Trouble trouble) {
      return trouble == Dialect.Trouble.CONFLICT || trouble == Dialect.Trouble.CONSTRAINT;
    }

    private void giveUp(SQLException why) {
      if (dialect.trouble(why) == Dialect.Trouble.BROKEN) {
        link.drop();
      } else {
        rollBack();
      }
    }

    private void rollBack() {
      try {
        dialect.rollBack(link.db());
      } catch (SQLException | RuntimeException | Error _) {
        // there was no transaction left to roll back, or the next one will report the problem
      }
    }
  }

  /// Whether other nodes write the same tables at the same time, over a network.
  private boolean sharesRows() {
    return !dialect.keepingRows().isEmpty();
  }

  /// Sorts the units, because rows must be locked in the same order everywhere, so that two
  /// transactions never wait for each other.
  private List<Unit<?>> inOrder(List<Unit<?>> batch) {
    if (!sharesRows()) {
      return batch;
    }
    var sorted = new ArrayList<>(batch);
    sorted.sort(Comparator.comparing(Unit::key));
    return sorted;
  }

  /// Publishes the notifications of a unit. If that fails, the change is still durable, and readers
  /// of the log find it.
  private void publish(Unit<?> unit) {
    try {
      if (unit.failure() == null) {
        unit.afterCommit().publish(publisher);
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "committed events could not be published", e);
    }
  }

  /// Completes the submitted units, then ends.
  @Override
  public void close() throws SQLException {
    lanes.forEach(lane -> lane.units.end());
    for (var lane : lanes) {
      Threads.join(lane.thread);
      lane.link.end(dialect);
    }
  }
}
