package dev.drover.store.sql;

import dev.drover.base.Problem;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A unit of work that a caller submits to the thread with the connection, and its outcome.
public final class Unit<T> {
  /// The work, done on the connection's thread.
  @FunctionalInterface
  public interface Body<T> {
    T run(Db db, AfterCommit afterCommit) throws SQLException;
  }

  private final String key;
  private final Body<T> body;
  private final CountDownLatch done = new CountDownLatch(1);
  private AfterCommit afterCommit = new AfterCommit();
  private @Nullable T result;
  private @Nullable Throwable failure;

  /// @param key the subject of the work: units with the same key are done in the order of
  ///   submission
  Unit(String key, Body<T> body) {
    this.key = key;
    this.body = body;
  }

  String key() {
    return key;
  }

  /// Does the work. The outcome stays here until [#release].
  ///
  /// @return whether it succeeded
  boolean run(Db db) {
    try {
      result = body.run(db, afterCommit);
      return true;
    } catch (Throwable e) {
      fail(e);
      return false;
    }
  }

  /// Clears the outcome of a run whose transaction was rolled back, before the next run.
  void reset() {
    afterCommit = new AfterCommit();
    result = null;
    failure = null;
  }

  /// Makes `cause` the outcome, unless the unit has already failed.
  void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  @Nullable Throwable failure() {
    return failure;
  }

  AfterCommit afterCommit() {
    return afterCommit;
  }

  /// Releases the waiting caller.
  void release() {
    done.countDown();
  }

  /// Waits for the outcome. The wait cannot be interrupted: the change may already be durable, and
  /// a caller without the outcome would treat it as lost. An interrupt is kept for the caller.
  @SuppressWarnings("NullAway") // the result is null only where T is
  T await() {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw outcome(failure);
    }
    return result;
  }

  private static RuntimeException outcome(Throwable failure) {
    return switch (failure) {
      case RuntimeException e when e instanceof Problem || e instanceof IllegalStateException -> e;
      case SQLException e -> unavailable(e);
      default -> new IllegalStateException(String.valueOf(failure.getMessage()), failure);
    };
  }

  static Problem unavailable(Throwable cause) {
    return Problem.unavailable("The server's database is unavailable.", cause);
  }

  /// The error for callers if a transaction did not begin, or did not end.
  static RuntimeException lostWith(Dialect dialect, SQLException failure) {
    return dialect.trouble(failure) == Dialect.Trouble.CONSTRAINT
        ? unavailable(failure)
        : told(dialect, failure);
  }

  /// The error for callers if the database failed.
  static RuntimeException told(Dialect dialect, SQLException failure) {
    return switch (dialect.trouble(failure)) {
      case CONSTRAINT -> new IllegalStateException("the store's own rules are broken", failure);
      case FULL -> Problem.unavailable("The server's disk is full.", failure);
      case CONFLICT, BROKEN, OTHER -> unavailable(failure);
    };
  }
}
