package dev.drover.api;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http1.Http1Config;
import java.time.Duration;
import java.util.List;

/// The HTTP API: the public protocol under `/v1`, and what an operator's tools ask. Accepts
/// requests from construction to [#close], each on a virtual thread.
public final class Server implements AutoCloseable {
  /// Longest request that the protocol layer reads past before it gives up on the connection.
  static final long MAX_PAYLOAD = 2L * Exchange.MAX_BODY;

  /// Longest request line and headers, in bytes: a page cursor may have some thousands.
  private static final int MAX_LINE = 32 * 1024;

  /// Kept by every open stream; what is longer goes past it.
  private static final int WRITE_BUFFER = 256;

  /// How long a client may take for a request's head, and again for its body: at 32 MB, some 2
  /// Mbit/s. A connection without requests lives no longer.
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Router router;
  private final WebServer server;
  private final Streams streams;
  private final Patience patience;
  private final Settings settings;

  /// Where to listen and whom to trust.
  ///
  /// @param port 0: any
  /// @param keys every one of them may do everything
  /// @param ping how long an event stream may be silent
  public record Settings(String host, int port, List<Secret> keys, Duration ping) {
    /// The interval that keeps proxies and clients from giving up.
    public static final Duration PING = Duration.ofSeconds(15);

    public Settings {
      keys = List.copyOf(keys);
    }
  }

  /// Starts to listen.
  ///
  /// @throws Problem `UNAVAILABLE` if the address cannot be had; nothing is left open
  public Server(Settings settings, Parts parts) {
    this(settings, parts, Operations.NONE);
  }

  /// As [#Server(Settings,Parts)], seen by an operator.
  public Server(Settings settings, Parts parts, Operations operations) {
    this(settings, parts, operations, PATIENCE);
  }

  /// As [#Server(Settings,Parts,Operations)], with another patience.
  Server(Settings settings, Parts parts, Operations operations, Duration patience) {
    this.settings = settings;
    this.patience = new Patience(patience);
    streams = new Streams(settings.ping());
    router =
        new Router(
            new Auth(settings.keys()),
            parts.ids(),
            operations.requests(),
            this.patience,
            RequestMemory.Budgets.ofHeap());
    addRoutes(router, parts, streams, operations);
    server = listen(parts.ids());
  }

  private WebServer listen(Ids ids) {
    Throwable cause = null;
    try {
      var listening = build(ids).start();
      if (listening.isRunning()) {
        return listening;
      }
      // The library has logged why.
    } catch (RuntimeException e) {
      cause = e;
    }
    streams.close();
    patience.close();
    throw new Problem(
        Problem.Kind.UNAVAILABLE,
        null,
        "cannot listen on "
            + settings.host()
            + " port "
            + settings.port()
            + ": the port is taken, or the address is not one of this machine",
        cause);
  }

  private WebServer build(Ids ids) {
    return WebServer.builder()
        .host(settings.host())
        .port(settings.port())
        .shutdownHook(false)
        .featuresDiscoverServices(false)
        .protocolsDiscoverServices(false)
        .addProtocol(
            Http1Config.builder()
                .validatePrologue(false) // or it refuses `types[]=`, which the SDKs send
                .maxPrologueLength(MAX_LINE)
                .maxHeadersSize(MAX_LINE)
                .addReceiveListener(patience)
                .build())
        .useNio(false) // it keeps 16 kB of buffers for each connection, idle or not
        .writeBufferSize(WRITE_BUFFER)
        .connectionOptions(options -> options.tcpNoDelay(true))
        .contentEncoding((ContentEncodingContext) new AnyEncoding())
        .directHandlers(Errors.unreadable(ids))
        .maxPayloadSize(MAX_PAYLOAD)
        .shutdownGracePeriod(Duration.ofSeconds(1))
        .routing(routing -> routing.any(router))
        .build();
  }

  private static void addRoutes(
      Router router, Parts parts, Streams streams, Operations operations) {
    new OperationRoutes(operations).addTo(router);
    new NodeRoutes(parts, operations).addTo(router);
    OpenApi.addTo(router);
    var pages = new EventPages(parts.log());
    var stream = new StreamRoute(parts, streams);
    new AgentRoutes(parts).addTo(router);
    new EnvironmentRoutes(parts).addTo(router);
    new SessionRoutes(parts).addTo(router);
    new EventRoutes(parts, pages).addTo(router);
    stream.addTo(router);
    new ThreadRoutes(parts, pages, stream).addTo(router);
    new ModelRoutes(parts).addTo(router);
    Unsupported.addTo(router);
  }

  public int port() {
    return server.port();
  }

  /// Where clients reach it.
  public String url() {
    var host = settings.host();
    return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port();
  }

  List<Router.Route> routes() {
    return router.routes();
  }

  /// Open event streams.
  public int openStreams() {
    return streams.count();
  }

  /// Ends the event streams, lets running requests finish for a moment, and stops.
  @Override
  public void close() {
    streams.close();
    server.stop();
    patience.close();
  }
}
