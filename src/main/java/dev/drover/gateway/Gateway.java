package dev.drover.gateway;

import dev.drover.base.Pause;
import dev.drover.base.Threads;
import dev.drover.hands.Egress;
import dev.drover.http.PublicOnly;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Serves the connections of sandboxes. Which session speaks is known from the hand that was
/// dialled, never from what a stream says. Safe for many threads.
public final class Gateway implements Egress, AutoCloseable {
  private final Function<SessionId, Policy> policies;
  private final PublicOnly guard;
  private final ConnectionLimits limits;
  private final EgressTap tap;
  private final Pause pause;
  private final UnaryOperator<InetSocketAddress> servers;
  private final BigBuffers buffers = new BigBuffers();
  private final Map<HandId, HandWay> ways = new ConcurrentHashMap<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final Thread watch;

  /// @param policies what the environment of a session allows; throws a `Problem` if the session
  ///   does not exist or the store is unavailable
  public Gateway(
      Function<SessionId, Policy> policies,
      PublicOnly guard,
      NetworkSettings settings,
      EgressTap tap,
      Pause pause) {
    this(policies, guard, ConnectionLimits.of(settings.bytes()), tap, pause, address -> address);
  }

  /// @param servers where the server of an address is, which is elsewhere in tests
  Gateway(
      Function<SessionId, Policy> policies,
      PublicOnly guard,
      ConnectionLimits limits,
      EgressTap tap,
      Pause pause,
      UnaryOperator<InetSocketAddress> servers) {
    this.servers = servers;
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
    return policy(session).opensAnything();
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

  /// Where to connect for an address that was judged.
  InetSocketAddress server(InetSocketAddress address) {
    return servers.apply(address);
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
  }
}
