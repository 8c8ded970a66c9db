package dev.drover.api;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/// The HTTP API: the public protocol under `/v1`, and what an operator's tools ask. Accepts
/// requests from construction to [#close], each on a virtual thread.
public final class Server implements AutoCloseable {
  /// Longest request that the protocol layer reads past before it gives up on the connection.
  static final long MAX_PAYLOAD = 2L * RequestBody.MAX;

  /// Connections that wait to be accepted.
  private static final int BACKLOG = 1_024;

  /// How long it may fail to accept connections before it gives up.
  private static final Duration FAILING = Duration.ofMinutes(1);

  /// How long a client may take for a request's head, and again for its body: at 32 MB, some 2
  /// Mbit/s. A connection without requests lives no longer.
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Router router;
  private final Acceptor listener;
  private final HttpConnections connections;
  private final Streams streams;
  private final OpenConnections open;
  private final Settings settings;
  private final AtomicInteger port = new AtomicInteger();
  private final AtomicReference<Runnable> failed = new AtomicReference<>(() -> {});

  /// Where to listen and whom to trust.
  ///
  /// @param port 0: any
  /// @param ping how long an event stream may be silent
  /// @param grace how late a stream may be opened after a send and still begin with what followed
  ///   it; zero: it shows nothing from before
  /// @param bounds how many connections clients may hold
  /// @param maxBody bytes of the longest request body, 32 MiB at most
  public record Settings(
      String host,
      int port,
      List<AccessKey> keys,
      Duration ping,
      Duration grace,
      Bounds bounds,
      int maxBody) {
    /// The interval that keeps proxies and clients from giving up.
    public static final Duration PING = Duration.ofSeconds(15);

    public Settings {
      keys = List.copyOf(keys);
    }

    /// Settings for streams that show nothing from before, and with the bounds of this process.
    public Settings(String host, int port, List<AccessKey> keys, Duration ping) {
      this(host, port, keys, ping, Duration.ZERO);
    }

    Settings(String host, int port, List<AccessKey> keys, Duration ping, Duration grace) {
      this(
          host,
          port,
          keys,
          ping,
          grace,
          Bounds.of(OptionalInt.empty(), OptionalInt.empty()),
          RequestBody.MAX);
    }
  }

  /// Starts to listen.
  ///
  /// @throws Problem `UNAVAILABLE` if the address cannot be had; nothing is left open
  public Server(Settings settings, Backend backend) {
    this(settings, backend, Operations.NONE);
  }

  /// As [#Server(Settings,Backend)], seen by an operator.
  public Server(Settings settings, Backend backend, Operations operations) {
    this(settings, backend, operations, PATIENCE, System::nanoTime);
  }

  /// As [#Server(Settings,Backend,Operations)], with another patience and clock.
  Server(
      Settings settings,
      Backend backend,
      Operations operations,
      Duration patience,
      LongSupplier nanos) {
    this.settings = settings;
    open = new OpenConnections(settings.bounds(), patience, nanos);
    streams = new Streams(settings.ping(), settings.grace());
    router =
        new Router(
            new Auth(settings.keys()),
            backend.ids(),
            operations.requests(),
            open,
            RequestMemory.Budgets.ofHeap(settings.maxBody()));
    addRoutes(router, backend, streams, operations);
    connections = new HttpConnections(open, router, backend.ids());
    listener = listen(backend.ids());
  }

  private Acceptor listen(Ids ids) {
    try {
      return new Acceptor(this::open, connections, ids, FAILING, () -> failed.get().run());
    } catch (IOException | RuntimeException e) {
      closeParts();
      throw new Problem(
          Problem.Kind.UNAVAILABLE,
          null,
          "cannot listen on "
              + settings.host()
              + " port "
              + settings.port()
              + ": the port is in use, or the address does not belong to this machine",
          e);
    }
  }

  /// Opens the socket: again on the same port.
  private ServerSocketChannel open() throws IOException {
    var socket = ServerSocketChannel.open();
    try {
      int before = port.get();
      var address = InetAddress.getByName(settings.host());
      socket.bind(new InetSocketAddress(address, before == 0 ? settings.port() : before), BACKLOG);
      port.set(socket.socket().getLocalPort());
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static void addRoutes(
      Router router, Backend backend, Streams streams, Operations operations) {
    new OperationRoutes(operations).addTo(router);
    new NodeRoutes(backend, operations).addTo(router);
    OpenApi.addTo(router);
    var pages = new EventPages(backend.log());
    var stream = new StreamRoute(backend, streams);
    ResourceRoutes.addAll(router, backend.catalog());
    new SessionRoutes(backend).addTo(router);
    new EventRoutes(backend, pages).addTo(router);
    stream.addTo(router);
    new ThreadRoutes(backend, pages, stream).addTo(router);
    new ModelRoutes(backend).addTo(router);
    Unsupported.addTo(router);
  }

  public int port() {
    return port.get();
  }

  /// Where clients reach it.
  public String url() {
    var host = settings.host();
    return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port();
  }

  List<Router.Route> routes() {
    return router.routes();
  }

  /// Has something run if this can accept no connections any more, and never will.
  public void onFailure(Runnable action) {
    failed.set(action);
  }

  /// Open connections.
  public int openConnections() {
    return open.count();
  }

  /// Open event streams.
  public int openStreams() {
    return streams.count();
  }

  /// Ends the event streams, lets running requests finish for a moment, and stops.
  @Override
  public void close() {
    listener.close();
    closeParts();
  }

  private void closeParts() {
    streams.close();
    connections.close();
    open.close();
  }
}
