package dev.drover.mcp;

import dev.drover.tools.McpTools.Knowledge;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The place of a session's connection to one server. Safe for many threads.
final class McpSlot implements AutoCloseable {
  /// Opens a connection.
  @FunctionalInterface
  interface Opening {
    McpConnection open() throws McpTrouble, InterruptedException;
  }

  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable McpConnection connection;
  private volatile long lastUse = System.nanoTime();
  private int users;
  private boolean closed;

  /// Notes a use, which keeps the connection open until [#leave].
  ///
  /// @return false if this is closed
  synchronized boolean enter() {
    users += closed ? 0 : 1;
    return !closed;
  }

  synchronized void leave() {
    users--;
    lastUse = System.nanoTime();
  }

  /// The connection; opened if there is none.
  McpConnection connection(Opening how) throws McpTrouble, InterruptedException {
    opening.lockInterruptibly();
    try {
      var known = connection;
      if (known == null) {
        known = how.open();
        connection = known;
      }
      return known;
    } finally {
      opening.unlock();
    }
  }

  /// Closes the connection, unless there is another one by now.
  void drop(McpConnection one) {
    if (one.equals(connection)) {
      connection = null;
    }
    one.close();
  }

  Knowledge knowledge() {
    var known = connection;
    if (known == null || known.isDeaf()) {
      return Knowledge.NONE;
    }
    return known.hasChanged() ? Knowledge.CHANGED : Knowledge.CURRENT;
  }

  long lastUse() {
    return lastUse;
  }

  /// Closes the connection if it was not used for so long.
  ///
  /// @return whether it did
  boolean closeIfIdle(Duration time) {
    synchronized (this) {
      if (users > 0 || System.nanoTime() - lastUse < time.toNanos()) {
        return false;
      }
      closed = true;
    }
    close();
    return true;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    var known = connection;
    if (known != null) {
      drop(known);
    }
  }
}
