package dev.drover.store.postgres;

import dev.drover.base.Ids;
import dev.drover.session.Feed;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.SqlStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/// Opens stores over one database whose connections outlive them and serve the next store. For each
/// new connection PostgreSQL starts a process, which costs more than most tests do. A connection is
/// reset before its next use; one that broke, or that its store aborted, is not used again. Safe
/// for many threads.
public final class ReusedConnections implements AutoCloseable {
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private final DatabaseUrl url;
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

  /// @param url as for [PostgresStore#open]
  public ReusedConnections(String url) {
    this.url = DatabaseUrl.of(url);
  }

  /// A store as [PostgresStore#open] opens it. Close it.
  public SqlStore open(Duration lapse, long quota, Feed feed, Ids ids, InstantSource clock)
      throws StoreUnusable {
    return PostgresStore.open(url, this::connect, lapse, "", quota, feed, ids, clock);
  }

  /// A connection with the settings of a new one. Close it.
  public Connection connect() throws SQLException {
    for (var old = idle.pollLast(); old != null; old = idle.pollLast()) {
      if (isReset(old)) {
        return lent(old);
      }
      old.close();
    }
    return lent(PostgresStore.connect(url));
  }

  private static boolean isReset(Connection connection) {
    try (var statement = connection.createStatement()) {
      connection.setNetworkTimeout(Runnable::run, (int) SILENCE.toMillis());
      statement.execute("RESET ALL; UNLISTEN *");
      connection.unwrap(PGConnection.class).getNotifications();
      PostgresStore.configure(connection);
      return true;
    } catch (SQLException _) {
      return false;
    }
  }

  /// The connection, which comes back when it is closed.
  private Connection lent(Connection connection) {
    var closed = new AtomicBoolean();
    return (Connection)
        Proxy.newProxyInstance(
            ReusedConnections.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (_, method, arguments) -> {
              if (method.getName().equals("close")) {
                if (!closed.getAndSet(true)) {
                  takeBack(connection);
                }
                return null;
              }
              return closed.get() ? whenClosed(method) : invoke(method, connection, arguments);
            });
  }

  private static @Nullable Object whenClosed(Method method) throws SQLException {
    return switch (method.getName()) {
      case "isClosed" -> true;
      case "abort" -> null;
      default -> throw new SQLException("this connection is closed");
    };
  }

  private static @Nullable Object invoke(
      Method method, Connection connection, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }

  private void takeBack(Connection connection) throws SQLException {
    boolean rests =
        !connection.isClosed()
            && connection.unwrap(BaseConnection.class).getTransactionState()
                == TransactionState.IDLE;
    if (rests) {
      idle.add(connection);
    } else {
      connection.close();
    }
  }

  /// Closes the connections that are not in use.
  @Override
  public void close() throws SQLException {
    for (var old = idle.poll(); old != null; old = idle.poll()) {
      old.close();
    }
  }
}
