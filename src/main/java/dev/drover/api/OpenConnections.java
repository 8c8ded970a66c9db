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

/// The open connections of a server, within their bounds. Where there is no room for a new one, one
/// that nobody needs makes it: without a key shown on it, or between two requests. Cuts those of
/// clients that do not get on with a request, or do not take its answer. Safe for many threads.
final class OpenConnections implements Http1ConnectionListener, AutoCloseable {
  private final Bounds bounds;
  private final Duration patience;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<Thread, Connection> byThread = new ConcurrentHashMap<>();

  /// On which no key was shown, by address and in all, in the order of their coming.
  private final Map<InetAddress, Set<Connection>> byAddress = new HashMap<>();

  private final Set<Connection> strangers = new LinkedHashSet<>();
  private final Set<Connection> known = new LinkedHashSet<>();

  /// @param patience how long one wait for a client may last; it is cut within twice that
  /// @param nanos the clock by which connections wait
  OpenConnections(Bounds bounds, Duration patience, LongSupplier nanos) {
    this.bounds = bounds;
    this.nanos = nanos;
    this.patience = patience;
    Thread.ofVirtual().name("patience").start(this::watch);
  }

  /// The clock by which connections wait, in nanoseconds.
  LongSupplier nanos() {
    return nanos;
  }

  /// Takes a new connection.
  ///
  /// @return false if there is no room for it
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

  /// Cuts what nobody needs: files have run out.
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

  /// One that waits for its next request.
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

  /// A key was shown on it.
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

  /// This thread serves it, from now on.
  void serve(Connection connection) {
    byThread.put(Thread.currentThread(), connection);
    connection.begin();
  }

  /// This thread has served it: nothing of it is kept.
  void over(Connection connection) {
    byThread.remove(Thread.currentThread());
    lock.lock();
    try {
      remove(connection);
    } finally {
      lock.unlock();
    }
  }

  /// The one that this thread serves.
  Connection current() {
    return Objects.requireNonNull(byThread.get(Thread.currentThread()), "no connection");
  }

  /// Those that are served now.
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
      // nobody does, and there is nothing to undo
    }
  }
}
