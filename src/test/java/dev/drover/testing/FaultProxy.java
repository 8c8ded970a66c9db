package dev.drover.testing;

import dev.drover.base.Pause;
import dev.drover.base.Scope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Stands on the loopback address between a client and a server, and is the network's faults. What
/// it does is changed while it runs, and holds for the connections that are there and for those to
/// come. Safe for many threads; two virtual threads for each connection, at most
/// [#MAX_CONNECTIONS].
///
/// While nothing is forwarded the kernel holds what is sent, so a sender blocks in the end.
public final class FaultProxy implements AutoCloseable {
  public static final int MAX_CONNECTIONS = 500;

  /// Where bytes go.
  public enum Direction {
    TO_SERVER,
    TO_CLIENT
  }

  private final ServerSocket listener;
  private final URI server;
  private final InetSocketAddress address;
  private final Function<Predicate<String>, Answers> protocol;
  private final Thread acceptor;
  private final Set<FaultyConnection> connections = ConcurrentHashMap.newKeySet();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final EnumSet<Direction> hung = EnumSet.noneOf(Direction.class);
  private boolean cut;
  private Duration delay = Duration.ZERO;
  private String losing = "";
  private int nextLost;
  private int lastLost;
  private int lost;
  private @Nullable RuntimeException failure;

  private FaultProxy(URI server, Function<Predicate<String>, Answers> protocol) throws IOException {
    this.server = server;
    address =
        new InetSocketAddress(server.getHost(), server.getPort() < 0 ? 5432 : server.getPort());
    this.protocol = protocol;
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    acceptor = Thread.ofVirtual().start(this::acceptAll);
  }

  /// In front of an HTTP server. A lost answer is told by the beginning of its request line: `POST
  /// /v1/sessions`.
  public static FaultProxy http(URI server) throws IOException {
    return new FaultProxy(server, HttpAnswers::new);
  }

  /// In front of a PostgreSQL server that does not encrypt. A lost answer is told by the beginning
  /// of its command tag: `COMMIT` or `COMMIT of an INSERT`, or `INSERT` for one that is a
  /// transaction of its own.
  ///
  /// @param url as JDBC wants it
  public static FaultProxy postgres(String url) throws IOException {
    return new FaultProxy(URI.create(url.substring("jdbc:".length())), PostgresAnswers::new);
  }

  /// In front of any server.
  public static FaultProxy tcp(String host, int port) throws IOException {
    return new FaultProxy(URI.create("tcp://%s:%d".formatted(host, port)), _ -> Answers.ANY);
  }

  /// The server's URL with this proxy's address.
  public URI url() {
    return URI.create(
        server.toString().replace(server.getAuthority(), "127.0.0.1:" + listener.getLocalPort()));
  }

  /// The server's URL as JDBC wants it, with this proxy's address.
  public String jdbcUrl() {
    return "jdbc:" + url();
  }

  /// No faults from now on. What was held back goes on its way.
  public void pass() {
    change(
        () -> {
          cut = false;
          hung.clear();
          delay = Duration.ZERO;
          losing = "";
        });
  }

  /// Resets all connections, and every new one as soon as it is there. After [#hang] this drops
  /// what was held back.
  public void cut() {
    change(() -> cut = true);
    connections.forEach(FaultyConnection::reset);
  }

  /// Resets all connections; new ones are welcome.
  public void cutOnce() {
    connections.forEach(FaultyConnection::reset);
  }

  /// Takes connections and forwards nothing, neither bytes nor ends, until [#pass].
  public void hang() {
    change(() -> hung.addAll(EnumSet.allOf(Direction.class)));
  }

  /// Forwards nothing in one direction until [#pass].
  public void hang(Direction direction) {
    change(() -> hung.add(direction));
  }

  /// Keeps every portion of bytes back for so long before it goes on.
  public void delay(Duration duration) {
    change(() -> delay = duration);
  }

  /// Loses one answer, the `nth` from now whose command tag or request line begins so: the server
  /// gives it, but instead of the answer the client sees its connection reset. Then all goes on as
  /// before.
  ///
  /// @param nth from 1
  public void loseAnswer(String prefix, int nth) {
    lose(prefix, nth, nth);
  }

  /// Loses the next `count` answers whose command tag or request line begins so, as [#loseAnswer]
  /// does.
  public void loseAnswers(String prefix, int count) {
    lose(prefix, 1, count);
  }

  private void lose(String prefix, int first, int last) {
    change(
        () -> {
          losing = prefix;
          nextLost = first;
          lastLost = last;
        });
  }

  /// How many answers it has lost so far.
  public int lost() {
    lock.lock();
    try {
      return lost;
    } finally {
      lock.unlock();
    }
  }

  /// How many connections there are now.
  public int connections() {
    return connections.size();
  }

  /// Returns when bytes may go on in this direction.
  void gate(Direction direction) throws InterruptedException {
    Duration pause;
    lock.lockInterruptibly();
    try {
      while (hung.contains(direction)) {
        changed.await();
      }
      pause = delay;
    } finally {
      lock.unlock();
    }
    Pause.REAL.pause(pause);
  }

  private boolean isLost(String answer) {
    lock.lock();
    try {
      if (losing.isEmpty() || !answer.startsWith(losing)) {
        return false;
      }
      nextLost--;
      if (--lastLost == 0) {
        losing = "";
      }
      if (nextLost > 0) {
        return false;
      }
      lost++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean isCut() {
    lock.lock();
    try {
      return cut;
    } finally {
      lock.unlock();
    }
  }

  private void acceptAll() {
    try (var scope = new Scope()) {
      while (true) {
        var client = listener.accept();
        scope.fork(
            () -> {
              serve(client);
              return null;
            });
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(Socket client) throws InterruptedException {
    try (client;
        var upstream = new Socket()) {
      client.setTcpNoDelay(true);
      client.setSoLinger(true, 0);
      if (isCut() || connections.size() >= MAX_CONNECTIONS) {
        return;
      }
      upstream.connect(address);
      upstream.setTcpNoDelay(true);
      var connection = new FaultyConnection(this, client, upstream, protocol.apply(this::isLost));
      connections.add(connection);
      try {
        if (!isCut()) {
          connection.run();
        }
      } finally {
        connections.remove(connection);
      }
    } catch (IOException _) {
      // the client sees it
    } catch (RuntimeException e) {
      change(() -> failure = e);
    }
  }

  /// Resets all connections and ends all threads.
  ///
  /// @throws IllegalStateException if it did not understand what went through
  @Override
  public void close() throws IOException {
    listener.close();
    cut();
    pass();
    Signals.awaitEnd(acceptor);
    if (failure != null) {
      throw new IllegalStateException("the proxy failed", failure);
    }
  }
}
