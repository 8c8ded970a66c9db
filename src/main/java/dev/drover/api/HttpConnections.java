package dev.drover.api;

import dev.drover.base.Ids;
import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.context.Context;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The HTTP connections of a server, each on a virtual thread of its own. The library implements
/// the protocol. It does not accept the connections, because its own listener ends at the first
/// failure.
final class HttpConnections implements Acceptor.Taker, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HttpConnections.class.getName());

  /// The maximum length of the request line, and of the headers, in bytes. A page cursor may have
  /// several thousand.
  private static final int MAX_LINE = 32 * 1024;

  /// The buffer of each open stream, in bytes. Longer writes bypass it.
  private static final int WRITE_BUFFER = 256;

  /// How long running requests may take to end when the server stops.
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final OpenConnections connections;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Limit limit = FixedLimit.create();
  private final AtomicLong numbers = new AtomicLong();
  private final io.helidon.webserver.Router router;
  private final ServerConnectionSelector protocol;
  private final Listening listening;

  HttpConnections(OpenConnections connections, Router routes, Ids ids) {
    this.connections = connections;
    router =
        io.helidon.webserver.Router.builder().addRouting(HttpRouting.builder().any(routes)).build();
    router.beforeStart();
    protocol =
        Http1ConnectionSelector.builder()
            .config(
                Http1Config.builder()
                    .validatePrologue(false) // otherwise `types[]=` is refused, which the SDKs send
                    .maxPrologueLength(MAX_LINE)
                    .maxHeadersSize(MAX_LINE)
                    .addReceiveListener(connections)
                    .build())
            .build();
    listening =
        new Listening(
            Context.create(),
            MediaContext.create(),
            (ContentEncodingContext) new AnyEncoding(),
            Errors.unreadable(ids),
            ListenerConfig.builder()
                .useNio(false) // NIO keeps 16 kB of buffers for each connection, even an idle one
                .writeBufferSize(WRITE_BUFFER)
                .maxPayloadSize(Long.MAX_VALUE) // the routes have limits of their own
                .build(),
            threads);
  }

  /// The context that the protocol library requires.
  private record Listening(
      Context context,
      MediaContext mediaContext,
      ContentEncodingContext contentEncodingContext,
      DirectHandlers directHandlers,
      ListenerConfig config,
      ExecutorService executor)
      implements ListenerContext {}

  @Override
  public boolean take(Socket socket) {
    var id = Long.toString(numbers.incrementAndGet());
    var connection = new Connection(socket, id, listening, router, connections.nanos());
    if (!connections.admit(connection)) {
      return false;
    }
    try {
      threads.execute(() -> run(connection));
    } catch (RuntimeException | Error e) {
      connections.over(connection);
      throw e;
    }
    return true;
  }

  @Override
  public void relieve() {
    connections.relieve();
  }

  private void run(Connection connection) {
    try {
      connections.serve(connection);
      var http = protocol.connection(connection);
      connection.speaks(http);
      http.handle(limit);
    } catch (CloseConnectionException | InterruptedException _) {
      // an orderly end, or the client has disconnected
    } catch (UncheckedIOException e) {
      LOG.log(Level.DEBUG, "a connection was lost: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "a connection failed: " + e.getClass().getName());
    } finally {
      connections.over(connection);
      connection.close();
    }
  }

  /// Gives running requests a moment to end, then closes all connections.
  @Override
  public void close() {
    connections.open().forEach(connection -> connection.finish(false));
    threads.shutdown();
    try {
      if (!threads.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        connections.open().forEach(connection -> connection.finish(true));
        threads.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    router.afterStop();
  }
}
