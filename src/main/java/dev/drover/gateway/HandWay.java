package dev.drover.gateway;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.gateway.tls.Authority;
import dev.drover.gateway.tls.UpstreamTls;
import dev.drover.hands.Egress;
import dev.drover.http.Unreachable;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The connections of one sandbox. A thread keeps one stream to `hand` ready, which becomes the
/// next connection.
final class HandWay implements Egress.Way {
  private static final System.Logger LOG = System.getLogger(HandWay.class.getName());
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /// Lookups take the time of other servers, and all sandboxes share them.
  private static final int LOOKUPS = 8;

  /// Connections that have no place at a time: 64 that wait for one, for which `hand` has room, and
  /// the one for all datagrams with questions to DNS.
  private static final int WAITING = 64 + 1;

  /// Bytes of bodies that are read whole at a time.
  private static final long RESERVED = 8L << 20;

  private final Gateway gateway;
  private final SessionId session;
  private final HandId hand;
  private final Egress.Dial dial;

  /// Of all connections, also of those that wait for a place.
  private final Semaphore entries;

  /// Of the connections that are served.
  private final Semaphore places;

  private final Semaphore lookups = new Semaphore(LOOKUPS);
  private final Set<Passage> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final RefusalRing refused = new RefusalRing();
  private final GitWay git;
  private final Thread acceptor;
  private volatile boolean closed;
  private volatile @Nullable Policy policy;
  private volatile Secrets secrets = Secrets.NONE;
  private final AtomicLong reserved = new AtomicLong();

  HandWay(Gateway gateway, SessionId session, HandId hand, Egress.Dial dial) {
    this.gateway = gateway;
    this.session = session;
    this.hand = hand;
    this.dial = dial;
    this.git = new GitWay(session, gateway.git());
    this.entries = new Semaphore(gateway.limits().perHand() + WAITING);
    this.places = new Semaphore(gateway.limits().perHand(), true);
    this.acceptor = Thread.ofVirtual().name("egress-" + hand).unstarted(this::accept);
  }

  void start() {
    acceptor.start();
  }

  private void accept() {
    long pause = 10;
    while (!closed) {
      try {
        if (policy == null) {
          secrets = gateway.secrets(session);
          policy = gateway.policy(session);
        }
        next();
        pause = 10;
      } catch (InterruptedException _) {
        return;
      } catch (Problem e) {
        if (e.kind() == Problem.Kind.NOT_FOUND) {
          return; // the session was deleted, and its hand ends
        }
        pause = paused(pause);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "no stream to the hand of " + session, e);
        pause = paused(pause);
      }
    }
  }

  private long paused(long millis) {
    try {
      gateway.pause().pause(Duration.ofMillis(millis));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      closed = true;
    }
    return Math.min(millis * 2, LONGEST_PAUSE.toMillis());
  }

  /// Opens a stream and waits until a program uses it.
  private void next() throws IOException, InterruptedException {
    entries.acquire();
    SocketChannel stream = null;
    boolean taken = false;
    try {
      stream = dial.dial();
      var in = new PeekedStream(stream);
      if (in.peek() < 0) {
        throw new IOException("the hand closed an idle stream");
      }
      taken = start(new Passage(this, stream, in));
    } finally {
      if (!taken) {
        close(stream);
        entries.release();
      }
    }
  }

  private boolean start(Passage passage) {
    if (!gateway.enter()) {
      refused.add("a connection was refused: this server has too many. Try again later");
      return false;
    }
    open.add(passage);
    Thread.ofVirtual()
        .name("egress-down")
        .start(
            () -> {
              try {
                passage.run();
              } finally {
                open.remove(passage);
                if (passage.hasPlace()) {
                  places.release();
                }
                entries.release();
                gateway.leave(passage.ended());
              }
            });
    if (closed) {
      passage.close();
    }
    return true;
  }

  /// Waits until the connection may be served as one of those of this sandbox.
  ///
  /// @throws NotConnected if it has to wait too long
  void takePlace(Destination to) throws NotConnected, InterruptedException {
    var limits = gateway.limits();
    if (!places.tryAcquire(limits.crowded().toNanos(), TimeUnit.NANOSECONDS)) {
      throw new NotConnected(
          Verdict.Reason.LIMIT,
          "%s was refused: this sandbox has %d connections open, which is the most"
                  .formatted(to, limits.perHand())
              + ". Close some, or try again later");
    }
  }

  /// The address to connect to.
  InetAddress admit(Destination to) throws NotConnected, InterruptedException {
    lookups.acquire();
    try {
      return gateway.guard().admit(to.host());
    } catch (Unreachable e) {
      boolean forbidden = e.why() == Unreachable.Why.FORBIDDEN;
      throw new NotConnected(
          forbidden ? Verdict.Reason.ADDRESS : Verdict.Reason.UNREACHABLE,
          to
              + (forbidden ? " was refused: " : " was not reached: ")
              + e.what()
              + (forbidden ? Policy.ADVICE : ""),
          e);
    } finally {
      lookups.release();
    }
  }

  /// As [Gateway#server].
  InetSocketAddress server(InetSocketAddress address) {
    return gateway.server(address);
  }

  /// The placeholders whose secrets may be sent to a host now.
  ///
  /// @throws NotConnected if that is unknown
  List<Placeholder> placeholders(Destination to) throws NotConnected {
    try {
      return secrets.current().stream().filter(one -> one.covers(to.host())).toList();
    } catch (Problem e) {
      throw unavailable(to, e);
    }
  }

  /// As [Secrets#reveal].
  ///
  /// @throws NotConnected if it is not available
  Optional<Secret> reveal(Placeholder placeholder, Destination to, boolean inBody)
      throws NotConnected {
    try {
      var secret = secrets.reveal(placeholder, to, inBody);
      if (secret.isPresent()) {
        gateway.substituted(session, to, placeholder, inBody);
      }
      return secret;
    } catch (Problem e) {
      throw unavailable(to, e);
    }
  }

  /// @throws NotConnected if the keys of this server are not available
  Authority authority(Destination to) throws NotConnected {
    try {
      return gateway.authority();
    } catch (Problem e) {
      throw unavailable(to, e);
    }
  }

  private static NotConnected unavailable(Destination to, Problem e) {
    return new NotConnected(
        Verdict.Reason.UNREACHABLE,
        to + " was not reached: the secrets of this session are not available. Try again later",
        e);
  }

  UpstreamTls upstream() {
    return gateway.upstream();
  }

  /// As [Passage#reserve].
  boolean reserve(long length) {
    if (reserved.addAndGet(length) <= RESERVED && gateway.reserve(length)) {
      return true;
    }
    reserved.addAndGet(-length);
    return false;
  }

  void release(long length) {
    reserved.addAndGet(-length);
    gateway.release(length);
  }

  /// Counts bytes of a connection.
  ///
  /// @throws NotConnected if the sandbox has used up what it may send or receive
  void count(boolean out, long bytes, Optional<Destination> to) throws NotConnected {
    long all = (out ? sent : received).addAndGet(bytes);
    if (all > gateway.limits().bytes()) {
      throw usedUp(to.map(Destination::toString).orElse("a connection"));
    }
  }

  /// As [#count], before a connection is made.
  void checkBytes(Destination to) throws NotConnected {
    if (Math.max(sent.get(), received.get()) >= gateway.limits().bytes()) {
      throw usedUp(to.toString());
    }
  }

  private NotConnected usedUp(String what) {
    return new NotConnected(
        Verdict.Reason.LIMIT,
        "%s was refused: this sandbox has transferred the %d MiB that it may%s"
            .formatted(what, gateway.limits().bytes() >> 20, Policy.ADVICE));
  }

  /// Ends the connections that are silent or open for too long.
  void closeLate() {
    boolean crowded = open.size() >= gateway.limits().perHand();
    open.stream().filter(one -> one.isLate(crowded)).forEach(Passage::close);
  }

  ConnectionLimits limits() {
    return gateway.limits();
  }

  BigBuffers buffers() {
    return gateway.buffers();
  }

  SessionId session() {
    return session;
  }

  RefusalRing refused() {
    return refused;
  }

  GitWay git() {
    return git;
  }

  Policy policy() {
    var known = policy;
    if (known == null) {
      throw new IllegalStateException("a connection before its policy");
    }
    return known;
  }

  @Override
  public void close() {
    closed = true;
    acceptor.interrupt();
    open.forEach(Passage::close);
    gateway.closed(hand, this);
  }

  static void close(@Nullable Closeable channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException _) {
      // It is closed as far as possible.
    }
  }
}
