package dev.drover.mcp;

import dev.drover.base.Json;
import dev.drover.http.ServerEvents;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/// The first transport of the protocol: one stream from the server, which begins with the URL to
/// which messages are posted. If the stream is lost, so is the connection.
///
/// @see <a
///   href="https://modelcontextprotocol.io/specification/2024-11-05/basic/transports">Transports</a>
final class EventsTransport implements McpTransport {
  private static final Duration FOR_ANSWERS = Duration.ofSeconds(10);

  /// The stream may be silent for this long.
  private static final Duration SILENCE = Duration.ofHours(6);

  private record Pending(Deadline deadline, CompletableFuture<Json.Obj> answer) {}

  private final McpEndpoint endpoint;
  private final Incidents incidents;
  private final URI target;
  private final BackgroundThreads background = new BackgroundThreads();
  private final Map<Json, Pending> pending = new ConcurrentHashMap<>();
  private volatile boolean lost;

  private EventsTransport(
      McpEndpoint endpoint, Incidents incidents, URI target, McpReply stream, ServerEvents events) {
    this.endpoint = endpoint;
    this.incidents = incidents;
    this.target = target;
    background.start("mcp-events", () -> reading(stream, events));
  }

  /// Opens the stream and waits for its first event.
  static EventsTransport open(McpEndpoint endpoint, Incidents incidents, Deadline deadline)
      throws McpTrouble, InterruptedException {
    var stream = endpoint.get(Map.of(), deadline.left());
    boolean opened = false;
    try {
      if (!stream.isSuccess() || !stream.isStream()) {
        throw McpEndpoint.refusal(stream, false);
      }
      var patience = new AtomicReference<>(deadline);
      var events = stream.events(patience::get);
      var first = events.next();
      if (first == null || !first.name().equals("endpoint")) {
        throw new McpTrouble(
            McpTrouble.Kind.REFUSED, "The server's stream does not begin with its endpoint.");
      }
      patience.set(Deadline.in(SILENCE));
      var transport =
          new EventsTransport(endpoint, incidents, target(endpoint, first.data()), stream, events);
      opened = true;
      return transport;
    } catch (IOException e) {
      throw McpReply.lost(e, deadline);
    } finally {
      if (!opened) {
        stream.close();
      }
    }
  }

  /// The URL to which messages are posted. It must be of the same server, because the session's
  /// credential goes there.
  private static URI target(McpEndpoint endpoint, String sent) throws McpTrouble {
    try {
      var target = endpoint.url().resolve(sent.strip());
      if (origin(target).equals(origin(endpoint.url())) && target.getRawUserInfo() == null) {
        return target;
      }
    } catch (IllegalArgumentException _) {
      // as below
    }
    throw new McpTrouble(
        McpTrouble.Kind.REFUSED, "The server's endpoint is not a URL of the same server.");
  }

  private static String origin(URI url) {
    return String.join("|", String.valueOf(url.getScheme()), String.valueOf(url.getRawAuthority()));
  }

  private void reading(McpReply stream, ServerEvents events) throws InterruptedException {
    try (stream) {
      for (var event = events.next(); event != null; event = events.next()) {
        if (event.name().isEmpty() || event.name().equals("message")) {
          for (var message : stream.messages(event.data())) {
            received(message);
          }
        }
      }
    } catch (IOException | McpTrouble _) {
      // the connection ends below
    } finally {
      lost = true;
      pending.values().forEach(one -> one.answer().completeExceptionally(new IOException("lost")));
    }
  }

  private void received(Json.Obj message) throws InterruptedException {
    var waiting = pending.get(message.get("id").orElse(Json.NULL));
    if (message.text("method") == null) {
      if (waiting != null) {
        waiting.answer().complete(message);
      }
    } else if (RpcMessage.isRequest(message)) {
      try {
        send(RpcMessage.answer(message), Deadline.in(FOR_ANSWERS));
      } catch (McpTrouble _) {
        // the server waits in vain, which is its own matter
      }
    } else if ("notifications/progress".equals(message.text("method"))) {
      var token = message.object("params").get("progressToken").orElse(Json.NULL);
      var one = pending.get(token);
      if (one != null) {
        one.deadline().progress();
      }
    } else {
      incidents.received(message);
    }
  }

  @Override
  public Json.Obj request(Json.Obj request, Map<String, String> headers, Deadline deadline)
      throws McpTrouble, InterruptedException {
    var id = request.get("id").orElseThrow();
    var one = new Pending(deadline, new CompletableFuture<>());
    pending.put(id, one);
    try {
      send(request, deadline);
      return answer(one);
    } finally {
      pending.remove(id);
    }
  }

  private Json.Obj answer(Pending one) throws McpTrouble, InterruptedException {
    while (!one.deadline().hasPassed()) {
      try {
        return one.answer().get(one.deadline().left().toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException _) {
        // there may have been progress meanwhile
      } catch (ExecutionException _) {
        throw new McpTrouble(
            McpTrouble.Kind.LOST, "The connection was lost before the server answered.");
      }
    }
    throw new McpTrouble(McpTrouble.Kind.LOST, "The server did not answer in time.");
  }

  @Override
  public void send(Json.Obj message, Deadline deadline) throws McpTrouble, InterruptedException {
    if (lost) {
      throw new McpTrouble(McpTrouble.Kind.EXPIRED, "The server has closed its stream.");
    }
    try (var reply = endpoint.post(target, Map.of(), message, deadline.left())) {
      if (!reply.isSuccess()) {
        throw McpEndpoint.refusal(reply, true);
      }
      reply.drain();
    }
  }

  @Override
  public boolean cancelsByClosing() {
    return false;
  }

  @Override
  public void agreed(McpVersion version) {}

  /// The stream carries everything.
  @Override
  public void listen(Runnable ended) {}

  @Override
  public void close() {
    background.close();
  }
}
