package dev.drover.store.sqlite;

import dev.drover.base.Problem;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// A piece of work on its way from a caller to the thread that has the connection, and its outcome
/// on the way back.
final class Job<T> {
  /// What is done on the connection's thread.
  @FunctionalInterface
  interface Body<T> {
    T run(Db db, Outbox outbox) throws SQLException;
  }

  private final Body<T> body;
  private final CountDownLatch done = new CountDownLatch(1);
  private Outbox outbox = new Outbox();
  private @Nullable T result;
  private @Nullable Throwable failure;

  Job(Body<T> body) {
    this.body = body;
  }

  /// Does the work. The outcome stays here until [#release].
  ///
  /// @return whether it went well
  boolean run(Db db) {
    try {
      result = body.run(db, outbox);
      return true;
    } catch (Throwable e) {
      fail(e);
      return false;
    }
  }

  /// Forgets a run whose transaction was undone: there will be another.
  void reset() {
    outbox = new Outbox();
    result = null;
    failure = null;
  }

  /// Makes `cause` the outcome, unless it had failed before.
  void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  boolean hasFailed() {
    return failure != null;
  }

  Outbox outbox() {
    return outbox;
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
      case Problem problem -> problem;
      case SQLiteException e when e.getResultCode().code % 256 == CONSTRAINT ->
          new IllegalStateException("the store's own rules are broken", e);
      case SQLException e -> unavailable(e);
      default -> new IllegalStateException(String.valueOf(failure.getMessage()), failure);
    };
  }

  private static final int CONSTRAINT = SQLiteErrorCode.SQLITE_CONSTRAINT.code;

  static Problem unavailable(Throwable cause) {
    boolean full =
        cause instanceof SQLiteException e && e.getResultCode() == SQLiteErrorCode.SQLITE_FULL;
    return Problem.unavailable(
        full ? "The server's disk is full." : "The server's database cannot be used now.", cause);
  }
}
