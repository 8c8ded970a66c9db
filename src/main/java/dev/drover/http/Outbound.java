package dev.drover.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.channels.UnresolvedAddressException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The client for requests to other servers. Its methods block. It never repeats a request by
/// itself. Safe for many threads.
///
/// It uses only HTTP/1.1: each request has its own connection, so an interrupt can close it, and
/// requests do not share a limit of streams within one connection. Connections are kept and reused.
/// A redirect is followed only if the request allows it. The [Guard] decides to which addresses it
/// may connect.
public final class Outbound implements AutoCloseable {
  private final Guard guard;
  private final Duration connect;
  private final HostClients clients;

  /// @param connect the maximum time to establish a connection
  public Outbound(Guard guard, Duration connect) {
    this(guard, connect, tls());
  }

  /// @param tls the trusted certificates
  Outbound(Guard guard, Duration connect, SSLContext tls) {
    this.guard = guard;
    this.connect = connect;
    this.clients = new HostClients(connect, tls);
  }

  private static SSLContext tls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no TLS", e);
    }
  }

  /// Sends a request and waits for the head of its response.
  ///
  /// @param head the maximum time for that, the body of the request, all redirects and connections
  ///   included
  /// @throws Unreachable if there is no response, or if a stream or file of the body cannot be read
  /// @throws InterruptedException if the calling thread is interrupted; the connection is closed
  ///   first
  public Response send(Request request, Duration head) throws Unreachable, InterruptedException {
    long end = System.nanoTime() + head.toNanos();
    var asked = request;
    for (int left = request.redirects(); ; left--) {
      var response = once(asked, Duration.ofNanos(end - System.nanoTime()), head);
      if (request.redirects() == 0 || !Redirects.isOne(response)) {
        return response;
      }
      try (response) {
        asked = Redirects.next(asked, response, left);
      }
    }
  }

  /// Sends one request. The JDK's own request timeout is not used, because from JDK 26 on it also
  /// includes the body.
  private Response once(Request request, Duration left, Duration head)
      throws Unreachable, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return switch (request.body().orElse(null)) {
      case null -> once(request, BodyPublishers.noBody(), left, head);
      case Payload.Text(var text) -> once(request, BodyPublishers.ofString(text), left, head);
      case Payload.Stream(var stream) ->
          once(request, BodyPublishers.ofInputStream(() -> stream), left, head);
      case Payload.Measured(var stream, var length) ->
          once(request, publisher(stream, length), left, head);
      case Payload.FilePart part -> {
        try (var stream = part.open()) {
          yield once(request, publisher(stream, part.count()), left, head);
        } catch (Unreachable e) {
          throw e;
        } catch (IOException e) {
          throw new Unreachable(Unreachable.Why.LOST, "the file to send cannot be read", e);
        }
      }
    };
  }

  /// @param stream is read once: no request is repeated
  private static BodyPublisher publisher(InputStream stream, long length) {
    return length == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> stream), length);
  }

  private Response once(Request request, BodyPublisher payload, Duration left, Duration head)
      throws Unreachable, InterruptedException {
    var destination = clients.to(request.url(), guard.admit(request.url()));
    var body = new Incoming();
    var sent = destination.client().sendAsync(jdk(request, payload, destination), _ -> body);
    boolean answered = false;
    try {
      var response = sent.get(left.toNanos(), TimeUnit.NANOSECONDS);
      answered = true;
      return new Response(request.url(), response.statusCode(), response.headers(), body);
    } catch (TimeoutException _) {
      throw new Unreachable(
          Unreachable.Why.NO_ANSWER, "no answer within " + head.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw unreachable(e.getCause());
    } finally {
      if (!answered) {
        sent.cancel(true);
        body.close();
      }
    }
  }

  private static HttpRequest jdk(
      Request request, BodyPublisher payload, HostClients.Destination destination) {
    var builder = HttpRequest.newBuilder(destination.url()).method(request.method(), payload);
    builder.expectContinue(request.body().filter(Payload.Stream.class::isInstance).isPresent());
    request.headers().forEach(builder::header);
    destination.host().ifPresent(host -> HostClients.name(builder, host));
    return builder.build();
  }

  private Unreachable unreachable(@Nullable Throwable cause) {
    return switch (cause) {
      case HttpConnectTimeoutException e ->
          new Unreachable(
              Unreachable.Why.CONNECT_TIMEOUT,
              "no connection within " + connect.toSeconds() + " s",
              e);
      case ConnectException e when e.getCause() instanceof UnresolvedAddressException ->
          new Unreachable(Unreachable.Why.UNKNOWN_HOST, "unknown host", e);
      case ConnectException e ->
          new Unreachable(Unreachable.Why.NO_CONNECTION, "refused or unreachable", e);
      case SSLException e ->
          new Unreachable(
              Unreachable.Why.TLS,
              "TLS failed: " + Objects.requireNonNullElse(e.getMessage(), ""),
              e);
      case null ->
          new Unreachable(Unreachable.Why.LOST, "the connection was lost before the answer");
      default ->
          new Unreachable(
              isWithoutBytes(cause) ? Unreachable.Why.CLOSED : Unreachable.Why.LOST,
              "the connection was lost before the answer",
              cause);
    };
  }

  /// Whether the connection ended before a byte of the response: the JDK says so in the message
  /// alone. After other words it may have sent some.
  private static boolean isWithoutBytes(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("header parser received no bytes");
  }

  /// Closes all connections. Pending requests fail.
  @Override
  public void close() {
    clients.close();
  }
}
