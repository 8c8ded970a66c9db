package dev.drover.store.sql;

import dev.drover.base.Threads;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The threads that write, each with a connection of its own. What callers hand in while a commit
/// is under way is committed together next: a sync of the disk is paid once for many. A unit that
/// fails is undone alone; a commit that fails fails all of its units, and the next batch starts
/// afresh.
///
/// Units with one key are done by one thread, in their order. Platform threads, for native calls
/// hold the carrier of a virtual one.
public final class Writer implements AutoCloseable {
  /// Units in one transaction.
  static final int BATCH_LIMIT = 512;

  /// How often a unit is tried that came in another transaction's way.
  private static final int TRIES = 5;

  private static final System.Logger LOG = System.getLogger(Writer.class.getName());

  private final List<Lane> lanes;
  private final Dialect dialect;
  private final Publisher publisher;

  /// @param links one to a thread; with several, the database must keep rows apart by itself
  public Writer(List<Link> links, Dialect dialect, Publisher publisher) {
    this.dialect = dialect;
    this.publisher = publisher;
    lanes = links.stream().map(Lane::new).toList();
  }

  /// Does `body` in a transaction. Returns once it is durable and published.
  ///
  /// @param key what it is about: a session, or another thing that has a row
  /// @param body may run again, after all that it did was undone
  public <T> T call(String key, Unit.Body<T> body) {
    return lanes.get(Math.floorMod(key.hashCode(), lanes.size())).units.call(key, body);
  }

  /// How many units wait for the next batch.
  public int waiting() {
    return lanes.stream().mapToInt(lane -> lane.units.waiting()).sum();
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
      for (var unit : batch) {
        publish(unit);
        unit.release();
      }
    }

    /// Runs the units in one transaction, without a way back for each: it would cost a round trip
    /// or a copy of every page. Most that fail refuse before they write.
    ///
    /// A connection may have broken long ago, unnoticed. If that shows before the commit was asked
    /// for, nothing is durable, and all is done once more on a new one.
    ///
    /// @return whether their outcomes are final; if not, nothing is kept of any
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
        // Whatever it was, the callers must hear of it and the thread must live.
        link.drop();
        batch.forEach(unit -> unit.fail(Unit.unavailable(e)));
        return true;
      }
    }

    /// Does all units. Where a statement costs a round trip, they share theirs.
    ///
    /// @return false if one failed half way
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
        return false; // what was taken for new is not: alone, each learns what is its own
      } finally {
        db.scatter();
      }
    }

    /// Whether a unit failed and may have left something in the transaction.
    ///
    /// @throws SQLException if the connection broke: no unit has a chance
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

    /// Whether the same once more may end otherwise. A rule may have been broken because another
    /// node was faster, as with a name that was free a moment ago: the unit now sees that itself.
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
        // there was no transaction left to undo, or the next one will say what is wrong
      }
    }
  }

  /// Whether others write the same tables at the same time: over a network, too.
  private boolean sharesRows() {
    return !dialect.keepingRows().isEmpty();
  }

  /// Rows are taken in one order everywhere, so that two transactions never wait for each other.
  private List<Unit<?>> inOrder(List<Unit<?>> batch) {
    if (!sharesRows()) {
      return batch;
    }
    var sorted = new ArrayList<>(batch);
    sorted.sort(Comparator.comparing(Unit::key));
    return sorted;
  }

  /// What is durable stays so if it cannot be shown: readers of the log find it.
  private void publish(Unit<?> unit) {
    try {
      if (unit.failure() == null) {
        unit.afterCommit().publish(publisher);
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "committed events could not be published", e);
    }
  }

  /// Does what was handed in, then ends.
  @Override
  public void close() throws SQLException {
    lanes.forEach(lane -> lane.units.end());
    for (var lane : lanes) {
      Threads.join(lane.thread);
      lane.link.end(dialect);
    }
  }
}
