package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A server that models are behind: takes a JSON request and answers with an event stream. Every
/// way in which that can go wrong is an [Answer.Failure]. Safe for many threads.
///
/// Connections are kept and used again. HTTP/1.1 only: each call has a connection of its own, so an
/// interrupt can cut it, and no limit on streams within one connection is shared by the calls. No
/// redirect is followed: the key and the prompt go to the configured server and to no other.
public final class ModelServer implements AutoCloseable {
  /// Longest part of an error's body that is read, in bytes.
  private static final int MAX_ERROR = 64 * 1024;

  /// How long, and for how many bytes, the end of a body may follow the end of its reply.
  private static final Duration AFTERWARDS = Duration.ofMillis(250);

  private static final int MAX_AFTERWARDS = 64 * 1024;

  /// Makes one answer of the events of one stream.
  @FunctionalInterface
  public interface Reading {
    /// @throws Broken when the stream makes no sense
    Answer read(ReplyEvents events) throws Broken, InterruptedException;
  }

  private final URI endpoint;
  private final Map<String, String> headers;
  private final Failures failures;
  private final Timeouts timeouts;
  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client;

  /// @param address where requests are posted to
  /// @param headers sent with each request, the key's among them
  /// @param key what no message may hold
  /// @param clock reads a `retry-after` that is a date
  public ModelServer(
      ModelAddress address,
      Map<String, String> headers,
      ApiKey key,
      Timeouts timeouts,
      InstantSource clock) {
    this.endpoint = address.endpoint();
    this.headers = Map.copyOf(headers);
    this.failures = new Failures(key, address.toString());
    this.timeouts = timeouts;
    this.clock = clock;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeouts.connect())
            .executor(threads)
            .build();
  }

  /// Reads this server's errors.
  public Failures failures() {
    return failures;
  }

  /// Asks once.
  ///
  /// @throws InterruptedException when the calling thread is interrupted: the connection is cut
  ///   first
  public Answer ask(Json.Obj body, Reading reading) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try (var incoming = new Incoming(timeouts.stall())) {
      var answer = heard(send(request(body), incoming), incoming, reading);
      incoming.drain(AFTERWARDS, MAX_AFTERWARDS);
      return answer;
    } catch (Broken e) {
      return Failures.broken(e.what());
    }
  }

  private HttpRequest request(Json.Obj body) {
    var request =
        HttpRequest.newBuilder(endpoint)
            .header("content-type", "application/json")
            .header("accept", "text/event-stream")
            .header("user-agent", "drover")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    headers.forEach(request::header);
    return request.build();
  }

  /// Waits for the head of the response. The request's own timeout is not used: from JDK 26 on it
  /// would hold for the body too.
  private HttpResponse<Incoming> send(HttpRequest request, Incoming incoming)
      throws Broken, InterruptedException {
    var sent = client.sendAsync(request, _ -> incoming);
    var patience = timeouts.connect().plus(timeouts.headers());
    try {
      return sent.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      throw failures.unreachable(
          "the model server at %s did not answer within " + patience.toSeconds() + " s", "");
    } catch (ExecutionException e) {
      throw unreachable(e.getCause());
    } finally {
      sent.cancel(true);
    }
  }

  private Broken unreachable(@Nullable Throwable cause) {
    var what = "cannot connect to the model server at %s";
    return switch (cause) {
      case HttpConnectTimeoutException _ ->
          failures.unreachable(
              what, "no connection within " + timeouts.connect().toSeconds() + " s");
      case ConnectException e when e.getCause() instanceof UnresolvedAddressException ->
          failures.unreachable(what, "unknown host");
      case ConnectException _ -> failures.unreachable(what, "refused or unreachable");
      case SSLException e ->
          failures.unreachable(
              what, "TLS failed: " + Objects.requireNonNullElse(e.getMessage(), ""));
      case null, default ->
          failures.unreachable(
              "the connection to the model server at %s was lost before it answered", "");
    };
  }

  private Answer heard(HttpResponse<Incoming> response, Incoming incoming, Reading reading)
      throws Broken, InterruptedException {
    int status = response.statusCode();
    var headers = response.headers();
    if (status >= 300 && status < 400) {
      return failures.redirect(status, headers.firstValue("location").orElse(""));
    }
    if (status != 200) {
      var words = ErrorWords.of(start(incoming));
      return failures.ofStatus(status, words, RetryAfter.of(headers, clock));
    }
    boolean measured =
        headers.firstValue("content-length").isPresent()
            || headers.firstValue("transfer-encoding").isPresent();
    return new ReplyBody(incoming, headers.allValues("content-type"), measured)
        .read(failures, reading);
  }

  private static String start(Incoming incoming) throws InterruptedException {
    var text = new ByteArrayOutputStream();
    try {
      for (var bytes = incoming.next();
          bytes != null && text.size() < MAX_ERROR;
          bytes = incoming.next()) {
        text.writeBytes(bytes);
      }
    } catch (Broken _) {
      // the status says enough
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /// Cuts every connection. Answers still awaited fail.
  @Override
  public void close() {
    client.shutdownNow();
    client.close();
    threads.close();
  }
}
