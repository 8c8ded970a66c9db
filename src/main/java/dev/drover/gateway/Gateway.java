package dev.drover.gateway;

import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Threads;
import dev.drover.gateway.tls.Authority;
import dev.drover.gateway.tls.UpstreamTls;
import dev.drover.hands.Egress;
import dev.drover.hands.Sandboxes;
import dev.drover.http.Outbound;
import dev.drover.http.PublicOnly;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResourceId;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Serves the connections of sandboxes. Which session speaks is known from the hand that was
/// dialled, never from what a stream says. Safe for many threads.
public final class Gateway implements Egress, AutoCloseable {
  /// Bytes of bodies that are read whole at a time.
  private static final long RESERVED = 64L << 20;

  private final Function<SessionId, Policy> policies;
  private final PublicOnly guard;
  private final ConnectionLimits limits;
  private final EgressTap tap;
  private final Pause pause;
  private final UnaryOperator<InetSocketAddress> servers;
  private final Optional<Interception> interception;
  private final AtomicLong reserved = new AtomicLong();
  private final GitGate git;
  private final BigBuffers buffers = new BigBuffers();
  private final Map<HandId, HandWay> ways = new ConcurrentHashMap<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final Thread watch;

  /// @param policies what the environment of a session allows; throws a `Problem` if the session
  ///   does not exist or the store is unavailable
  /// @param repositories those of sessions
  /// @param clones of earlier sessions; empty: none are kept
  public Gateway(
      Function<SessionId, Policy> policies,
      PublicOnly guard,
      GitRepositories repositories,
      GitSettings git,
      Optional<CloneCache> clones,
      NetworkSettings settings,
      Interception interception,
      EgressTap tap,
      Pause pause) {
    this(
        policies,
        guard,
        new GitGate(
            repositories, git::refusal, new Outbound(guard, GitGate.CONNECT), clones, git.refs()),
        ConnectionLimits.of(settings.bytes()),
        Optional.of(interception),
        tap,
        pause,
        address -> address);
  }

  /// A gateway without repositories, which puts in no secrets.
  ///
  /// @param policies as above
  public Gateway(
      Function<SessionId, Policy> policies,
      PublicOnly guard,
      NetworkSettings settings,
      EgressTap tap,
      Pause pause) {
    this(policies, guard, ConnectionLimits.of(settings.bytes()), tap, pause, address -> address);
  }

  /// As above.
  Gateway(
      Function<SessionId, Policy> policies,
      PublicOnly guard,
      ConnectionLimits limits,
      EgressTap tap,
      Pause pause,
      UnaryOperator<InetSocketAddress> servers) {
    this(policies, guard, limits, Optional.empty(), tap, pause, servers);
  }

  /// Without repositories.
  Gateway(
      Function<SessionId, Policy> policies,
      PublicOnly guard,
      ConnectionLimits limits,
      Optional<Interception> interception,
      EgressTap tap,
      Pause pause,
      UnaryOperator<InetSocketAddress> servers) {
    this(policies, guard, GitGate.none(guard), limits, interception, tap, pause, servers);
  }

  /// @param servers where the server of an address is, which is elsewhere in tests
  Gateway(
      Function<SessionId, Policy> policies,
      PublicOnly guard,
      GitGate git,
      ConnectionLimits limits,
      Optional<Interception> interception,
      EgressTap tap,
      Pause pause,
      UnaryOperator<InetSocketAddress> servers) {
    this.git = git;
    this.servers = servers;
    this.interception = interception;
    this.policies = policies;
    this.guard = guard;
    this.limits = limits;
    this.tap = tap;
    this.pause = pause;
    this.watch = Thread.ofVirtual().name("egress-watch").start(this::watch);
  }

  private void watch() {
    var tick = limits.head().dividedBy(10);
    try {
      while (!Thread.currentThread().isInterrupted()) {
        pause.pause(tick);
        ways.values().forEach(HandWay::closeLate);
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  @Override
  public boolean offers(SessionId session) {
    return policy(session).opensAnything() || !git.repositories().of(session).isEmpty();
  }

  @Override
  public Surroundings surroundings(SessionId session) throws Sandboxes.Unavailable {
    var placeholders = secrets(session).issue();
    var gitConfig = GitPath.config(git.repositories().of(session));
    if (placeholders.isEmpty() || !offers(session)) {
      return new Surroundings(placeholders, Optional.empty(), gitConfig);
    }
    try {
      return new Surroundings(placeholders, Optional.of(authority().certificate()), gitConfig);
    } catch (Problem e) {
      throw new Sandboxes.Unavailable(
          "The sandbox was not started: the keys for its environment variables cannot be used. "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public Way open(SessionId session, HandId hand, Dial dial) {
    var way = new HandWay(this, session, hand, dial);
    ways.put(hand, way);
    way.start();
    return way;
  }

  /// What the agent of a hand has not read yet about connections that were refused, as sentences
  /// without a full stop. They are not returned again.
  public List<String> takeRefusals(HandId hand) {
    var way = ways.get(hand);
    return way == null ? List.of() : way.refused().take();
  }

  /// Why the last request for a repository failed in a hand; empty if it did not, or is not known.
  public Optional<GitFailure> gitFailure(HandId hand, SessionResourceId repository) {
    var way = ways.get(hand);
    return way == null ? Optional.empty() : way.git().failure(repository);
  }

  /// The number of open connections.
  public int connections() {
    return connections.get();
  }

  /// Counts a connection. Returns false if there are too many.
  boolean enter() {
    if (connections.incrementAndGet() <= limits.perNode()) {
      return true;
    }
    connections.decrementAndGet();
    return false;
  }

  void leave(EgressTap.Ended connection) {
    connections.decrementAndGet();
    tap.ended(connection);
  }

  void closed(HandId hand, HandWay way) {
    ways.remove(hand, way);
  }

  Policy policy(SessionId session) {
    return policies.apply(session);
  }

  Secrets secrets(SessionId session) {
    return interception.isEmpty() ? Secrets.NONE : interception.get().secrets().apply(session);
  }

  Authority authority() {
    return interception.orElseThrow().authority().get();
  }

  UpstreamTls upstream() {
    return interception.orElseThrow().upstream();
  }

  void substituted(SessionId session, Destination to, Placeholder placeholder, boolean inBody) {
    tap.substituted(session, to, placeholder.credential(), inBody);
  }

  /// As [Passage#reserve].
  boolean reserve(long length) {
    if (reserved.addAndGet(length) <= RESERVED) {
      return true;
    }
    reserved.addAndGet(-length);
    return false;
  }

  void release(long length) {
    reserved.addAndGet(-length);
  }

  /// Where to connect for an address that was judged.
  InetSocketAddress server(InetSocketAddress address) {
    return servers.apply(address);
  }

  GitGate git() {
    return git;
  }

  PublicOnly guard() {
    return guard;
  }

  ConnectionLimits limits() {
    return limits;
  }

  BigBuffers buffers() {
    return buffers;
  }

  Pause pause() {
    return pause;
  }

  @Override
  public void close() {
    watch.interrupt();
    List.copyOf(ways.values()).forEach(HandWay::close);
    Threads.join(watch);
    git.close();
  }
}
