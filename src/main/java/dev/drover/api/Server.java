package dev.drover.api;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/// The HTTP API: the public protocol under `/v1`, and the routes for an operator's tools. It
/// accepts requests from construction to [#close], each on a virtual thread.
public final class Server implements AutoCloseable {
  /// The maximum number of connections that wait to be accepted.
  private static final int BACKLOG = 1_024;

  /// How long accepting connections may fail before the listener stops.
  private static final Duration FAILING = Duration.ofMinutes(1);

  /// How long a client may take to send the head of a request, and again to send its body: at 32
  /// MB, this is about 2 Mbit/s. A connection without requests is closed after the same time.
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Router router;
  private final Acceptor listener;
  private final HttpConnections connections;
  private final Streams streams;
  private final SessionChanges changes;
  private final OpenConnections open;
  private final Settings settings;
  private final AtomicInteger port = new AtomicInteger();
  private final AtomicReference<Runnable> failed = new AtomicReference<>(() -> {});

  /// The settings of the server.
  ///
  /// @param port the port; 0 for any free port
  /// @param ping the time after which a ping is sent on an idle event stream
  /// @param grace how long after a send a stream may be opened and still begin with the events that
  ///   followed the send; zero for no earlier events
  /// @param bounds the limits on client connections
  /// @param maxBody the maximum length of a request body, in bytes; at most 32 MiB
  /// @param console the settings of the console
  public record Settings(
      String host,
      int port,
      List<AccessKey> keys,
      Duration ping,
      Duration grace,
      Bounds bounds,
      int maxBody,
      ConsoleSettings console) {
    /// The default ping interval. It is short enough that proxies and clients do not time out.
    public static final Duration PING = Duration.ofSeconds(15);

    public Settings {
      keys = List.copyOf(keys);
    }

    /// Settings with the default connection limits of this process, and without earlier events on
    /// streams.
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
          RequestBody.MAX,
          ConsoleSettings.DEFAULT);
    }

    /// A copy with another console.
    Settings with(ConsoleSettings other) {
      return new Settings(host, port, keys, ping, grace, bounds, maxBody, other);
    }
  }

  /// Starts the server.
  ///
  /// @throws Problem `UNAVAILABLE` if the address is not available; nothing is left open
  public Server(Settings settings, Backend backend) {
    this(settings, backend, Operations.NONE);
  }

  /// As [#Server(Settings,Backend)], with routes and metrics for an operator.
  public Server(Settings settings, Backend backend, Operations operations) {
    this(settings, backend, operations, PATIENCE, System::nanoTime);
  }

  /// As [#Server(Settings,Backend,Operations)], with a patience and a clock for tests.
  Server(
      Settings settings,
      Backend backend,
      Operations operations,
      Duration patience,
      LongSupplier nanos) {
    this.settings = settings;
    open = new OpenConnections(settings.bounds(), patience, nanos);
    streams = new Streams(settings.ping(), settings.grace());
    changes = new SessionChanges(backend.feed(), backend.desk()::overviews);
    var auth = new Auth(settings.keys(), backend.keys(), backend.clock());
    router =
        new Router(
            auth,
            backend.ids(),
            operations.requests(),
            open,
            RequestMemory.Budgets.ofHeap(settings.maxBody()));
    addRoutes(router, backend, streams, operations);
    new InboxRoutes(backend, streams, changes).addTo(router);
    if (settings.console().enabled()) {
      addConsole(router, auth, settings, backend);
    }
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

  /// Opens the listening socket; after a failure, on the same port as before.
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
    new AccessRoutes(backend.keys()).addTo(router);
    new ArchiveRoutes(backend).addTo(router);
    OpenApi.addTo(router);
    var pages = new EventPages(backend.log());
    var stream = new StreamRoute(backend, streams);
    ResourceRoutes.addAll(router, backend.catalog());
    var uploads = new Uploads(backend.uploads().atOnce());
    new FileRoutes(backend.files(), uploads).addTo(router);
    new MemoryRoutes(backend.memory()).addTo(router);
    new CredentialRoutes(backend.credentials(), backend.clock()).addTo(router);
    new ReceiptRoutes(backend.receipts()).addTo(router);
    new SkillRoutes(backend.skills(), uploads).addTo(router);
    new WebhookRoutes(backend.webhooks()).addTo(router);
    new PolicyRoutes(backend).addTo(router);
    new SessionRoutes(backend).addTo(router);
    new ForkRoutes(backend).addTo(router);
    new ContextRoutes(backend).addTo(router);
    new EventSearchRoutes(backend).addTo(router);
    new OutlineRoutes(backend).addTo(router);
    new BundleRoutes(backend).addTo(router);
    new ReplayRoutes(backend).addTo(router);
    new SessionResourceRoutes(backend).addTo(router);
    new EventRoutes(backend, pages).addTo(router);
    stream.addTo(router);
    new ThreadRoutes(backend, pages, stream).addTo(router);
    new ModelRoutes(backend).addTo(router);
    Unsupported.addTo(router);
  }

  private static void addConsole(Router router, Auth auth, Settings settings, Backend backend) {
    var rules = new BrowserRules(settings.console().hosts());
    var cookies =
        ConsoleCookie.of(
            settings.keys().stream().map(AccessKey::secret).toList(),
            backend.ids().digits(43).getBytes(StandardCharsets.US_ASCII));
    new ConsoleRoutes(
            rules,
            new ConsoleLogin(auth, rules, cookies, backend.keys(), backend.clock()),
            new ConsoleFiles(settings.console().directory()))
        .addTo(router);
  }

  public int port() {
    return port.get();
  }

  /// The URL of the server.
  public String url() {
    var host = settings.host();
    return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port();
  }

  List<Router.Route> routes() {
    return router.routes();
  }

  /// Sets the action that runs if the server permanently stops accepting connections.
  public void onFailure(Runnable action) {
    failed.set(action);
  }

  /// The number of open connections.
  public int openConnections() {
    return open.count();
  }

  /// The number of open event streams.
  public int openStreams() {
    return streams.count();
  }

  /// Ends the event streams, gives running requests a moment to finish, and stops the server.
  @Override
  public void close() {
    listener.close();
    closeParts();
  }

  private void closeParts() {
    streams.close();
    changes.close();
    connections.close();
    open.close();
  }
}
