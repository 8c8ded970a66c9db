package dev.drover.store.sql;

import dev.drover.base.Problem;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A piece of work on its way from a caller to the thread that has the connection, and its outcome
/// on the way back.
public final class Unit<T> {
  /// What is done on the connection's thread.
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

  /// @param key what it is about: units about one thing are done in the order of handing in
  Unit(String key, Body<T> body) {
    this.key = key;
    this.body = body;
  }

  String key() {
    return key;
  }

  /// Does the work. The outcome stays here until [#release].
  ///
  /// @return whether it went well
  boolean run(Db db) {
    try {
      result = body.run(db, afterCommit);
      return true;
    } catch (Throwable e) {
      fail(e);
      return false;
    }
  }

  /// Forgets a run whose transaction was undone: there will be another.
  void reset() {
    afterCommit = new AfterCommit();
    result = null;
    failure = null;
  }

  /// Makes `cause` the outcome, unless it had failed before.
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

  /// Lets the caller go on.
  void release() {
    done.countDown();
  }

  /// Waits for the outcome. Not to be interrupted: what was handed in may be durable already, and a
  /// caller that does not learn of it would take it for lost. An interrupt is kept for the caller.
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

  /// What callers are told of a transaction that did not begin, or did not end.
  static RuntimeException lostWith(Dialect dialect, SQLException failure) {
    return dialect.trouble(failure) == Dialect.Trouble.CONSTRAINT
        ? unavailable(failure)
        : told(dialect, failure);
  }

  /// What callers are told of a failure of the database.
  static RuntimeException told(Dialect dialect, SQLException failure) {
    return switch (dialect.trouble(failure)) {
      case CONSTRAINT -> new IllegalStateException("the store's own rules are broken", failure);
      case FULL -> Problem.unavailable("The server's disk is full.", failure);
      case CONFLICT, BROKEN, OTHER -> unavailable(failure);
    };
  }
}
