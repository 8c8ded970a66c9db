package dev.drover.api;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// The open connections of a server, within their limits. When the limit is reached, a new
/// connection replaces one that is unauthenticated or idle between two requests. Clients that are
/// too slow to send a request or to read a response are disconnected. Safe for many threads.
final class OpenConnections implements Http1ConnectionListener, AutoCloseable {
  private final Bounds bounds;
  private final Duration patience;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<Thread, Connection> byThread = new ConcurrentHashMap<>();

  /// The unauthenticated connections, by address and all together, oldest first.
  private final Map<InetAddress, Set<Connection>> byAddress = new HashMap<>();

  private final Set<Connection> strangers = new LinkedHashSet<>();
  private final Set<Connection> known = new LinkedHashSet<>();

  /// @param patience how long a connection may wait for its client; it is cut within twice that
  ///   time
  /// @param nanos the clock for waiting times
  OpenConnections(Bounds bounds, Duration patience, LongSupplier nanos) {
    this.bounds = bounds;
    this.nanos = nanos;
    this.patience = patience;
    Thread.ofVirtual().name("patience").start(this::watch);
  }

  /// The clock for waiting times, in nanoseconds.
  LongSupplier nanos() {
    return nanos;
  }

  /// Adds a new connection.
  ///
  /// @return false if the limit is reached
  boolean admit(Connection connection) {
    Connection victim = null;
    lock.lock();
    try {
      var siblings = byAddress.getOrDefault(connection.address(), Set.of());
      if (siblings.size() >= bounds.perAddress()) {
        victim = silent(siblings).or(() -> siblings.stream().findFirst()).orElse(null);
      } else if (strangers.size() + known.size() >= bounds.connections()) {
        victim =
            silent(strangers).or(this::idle).or(() -> strangers.stream().findFirst()).orElse(null);
        if (victim == null) {
          return false;
        }
      }
      if (victim != null) {
        remove(victim);
      }
      strangers.add(connection);
      byAddress.computeIfAbsent(connection.address(), _ -> new LinkedHashSet<>()).add(connection);
    } finally {
      lock.unlock();
    }
    if (victim != null) {
      victim.cut();
    }
    return true;
  }

  /// Cuts connections that are not needed, after a failure to accept one.
  void relieve() {
    List<Connection> victims;
    lock.lock();
    try {
      victims = strangers.stream().filter(Connection::isWaiting).toList();
      victims.forEach(this::remove);
      if (victims.isEmpty()) {
        victims = idle().stream().toList();
        victims.forEach(this::remove);
      }
    } finally {
      lock.unlock();
    }
    victims.forEach(Connection::cut);
  }

  private static Optional<Connection> silent(Collection<Connection> strangers) {
    return strangers.stream().filter(Connection::isSilent).findFirst();
  }

  /// A connection that waits for its next request.
  private Optional<Connection> idle() {
    return known.stream().filter(Connection::isWaiting).findFirst();
  }

  private void remove(Connection connection) {
    strangers.remove(connection);
    known.remove(connection);
    byAddress.computeIfPresent(
        connection.address(),
        (_, siblings) -> {
          siblings.remove(connection);
          return siblings.isEmpty() ? null : siblings;
        });
  }

  /// Records that a connection is authenticated.
  void trust(Connection connection) {
    lock.lock();
    try {
      if (strangers.contains(connection)) {
        remove(connection);
        known.add(connection);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Records that the current thread serves a connection from now on.
  void serve(Connection connection) {
    byThread.put(Thread.currentThread(), connection);
    connection.begin();
  }

  /// Removes a connection when the current thread no longer serves it.
  void over(Connection connection) {
    byThread.remove(Thread.currentThread());
    lock.lock();
    try {
      remove(connection);
    } finally {
      lock.unlock();
    }
  }

  /// The connection that the current thread serves.
  Connection current() {
    return Objects.requireNonNull(byThread.get(Thread.currentThread()), "no connection");
  }

  /// The connections that are being served.
  List<Connection> open() {
    return List.copyOf(byThread.values());
  }

  int count() {
    return byThread.size();
  }

  @Override
  public void prologue(ConnectionContext connection, HttpPrologue prologue) {
    ((Connection) connection).begin();
  }

  @Override
  public void headers(ConnectionContext connection, Headers headers) {
    ((Connection) connection).end();
  }

  @Override
  public void close() {
    closing.countDown();
  }

  private void watch() {
    try {
      while (!closing.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        long before = nanos.getAsLong() - patience.toNanos();
        byThread.values().forEach(connection -> connection.cutIfLate(before));
      }
    } catch (InterruptedException _) {
      // this thread is never interrupted
    }
  }
}
