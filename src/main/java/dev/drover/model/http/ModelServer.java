package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
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

  /// How long an error's body is read.
  private static final Duration MAX_ERROR_TIME = Duration.ofSeconds(10);

  /// How long, and for how many bytes, the end of a body may follow the end of its reply.
  private static final Duration AFTERWARDS = Duration.ofMillis(250);

  private static final int MAX_AFTERWARDS = 64 * 1024;

  /// Content encodings that cannot be read.
  private static final Pattern ENCODED =
      Pattern.compile("(?i)\\b(br|brotli|deflate|zstd|compress)\\b");

  /// How often one request is changed and made again.
  private static final int MAX_CHANGES = 4;

  private static final System.Logger LOG = System.getLogger(ModelServer.class.getName());

  /// Makes one answer of the events of one stream.
  @FunctionalInterface
  public interface Reading {
    /// @throws Broken when the stream makes no sense
    Answer read(ReplyEvents events) throws Broken, InterruptedException;
  }

  private final URI endpoint;
  private final String address;
  private final Map<String, String> headers;
  private final Failures failures;
  private final Timeouts timeouts;
  private final InstantSource clock;
  private final Remedies remedies;
  private final Remembered remembered = new Remembered();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client;

  /// @param address where requests are posted to
  /// @param headers sent with each request, the key's among them
  /// @param key what no message may hold
  /// @param clock reads a `retry-after` that is a date
  /// @param remedies what can be done when a request is refused
  public ModelServer(
      ModelAddress address,
      Map<String, String> headers,
      ApiKey key,
      Timeouts timeouts,
      InstantSource clock,
      Remedies remedies) {
    this.endpoint = address.endpoint();
    this.headers = Map.copyOf(headers);
    this.address = address.toString();
    this.failures = new Failures(key, this.address);
    this.timeouts = timeouts;
    this.clock = clock;
    this.remedies = remedies;
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

  /// Asks once. A refusal that names what is wrong with the request is answered by asking again
  /// without it, a few times at most and each change once; what has helped is remembered. Nothing
  /// of a reply has been passed on then.
  ///
  /// @throws InterruptedException when the calling thread is interrupted: the connection is cut
  ///   first
  public Answer ask(Json.Obj body, Reading reading) throws InterruptedException {
    var asked = remembered.applied(body);
    var changes = new LinkedHashMap<String, Remedy>();
    while (true) {
      var result = once(asked, reading);
      var found =
          result.refused() == null ? List.<Remedy>of() : remedies.of(result.refused(), asked);
      var changed = asked;
      for (var remedy : found) {
        if (changes.size() < MAX_CHANGES && changes.putIfAbsent(remedy.what(), remedy) == null) {
          changed = remedy.applied(changed);
        }
      }
      if (changed.equals(asked)) {
        if (result.answer() instanceof Answer.Reply) {
          changes.values().forEach(remedy -> remember(body, remedy));
        }
        return result.answer();
      }
      asked = changed;
    }
  }

  private void remember(Json.Obj body, Remedy remedy) {
    if (remedy.lasting() && remembered.add(body, remedy)) {
      LOG.log(
          remedy.matters() ? Level.WARNING : Level.INFO,
          "the model server at {0} refused a request to {1}; from now on Drover {2}",
          address,
          body.text("model"),
          remedy.what());
    }
  }

  /// @param refused null unless the server refused the request before it began a reply
  private record Result(Answer answer, @Nullable Refused refused) {}

  private Result once(Json.Obj body, Reading reading) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    var patience = new EventPatience(timeouts, System::nanoTime);
    try (var incoming = new Incoming(patience, address)) {
      var result = received(send(request(body), incoming), incoming, patience, reading);
      incoming.drain(AFTERWARDS, MAX_AFTERWARDS);
      return result;
    } catch (Broken e) {
      return new Result(Failures.broken(e.what()), null);
    }
  }

  private HttpRequest request(Json.Obj body) {
    var request =
        HttpRequest.newBuilder(endpoint)
            .header("content-type", "application/json")
            .header("accept", "text/event-stream")
            .header("accept-encoding", "identity")
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
    var patience = timeouts.connect().plus(timeouts.firstEvent());
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

  private Result received(
      HttpResponse<Incoming> response, Incoming incoming, EventPatience patience, Reading reading)
      throws Broken, InterruptedException {
    int status = response.statusCode();
    var head = response.headers();
    if (status >= 300 && status < 400) {
      return new Result(failures.redirect(status, head.firstValue("location").orElse("")), null);
    }
    if (status != 200) {
      var words = ErrorWords.of(start(incoming));
      return new Result(
          failures.ofStatus(status, words, RetryAfter.of(head, clock)), new Refused(status, words));
    }
    var encoding = head.firstValue("content-encoding").orElse("");
    if (ENCODED.matcher(encoding).find()) {
      return new Result(failures.encoded(encoding), null);
    }
    boolean measured =
        head.firstValue("content-length").isPresent()
            || head.firstValue("transfer-encoding").isPresent();
    var refused = new AtomicReference<@Nullable Refused>();
    var answer =
        new ReplyBody(incoming, head.allValues("content-type"), measured)
            .read(failures, events -> answer(events, patience, reading, refused));
    return new Result(answer, refused.get());
  }

  /// A stream may begin with the refusal.
  private static Answer answer(
      ReplyEvents events,
      EventPatience patience,
      Reading reading,
      AtomicReference<@Nullable Refused> refused)
      throws Broken, InterruptedException {
    var first = events.peek();
    events.watch(patience::event);
    if (first != null && first.isError()) {
      var words = ErrorBody.read(first.body());
      refused.set(new Refused(words.status().orElse(400), words));
    }
    return reading.read(events);
  }

  private static String start(Incoming incoming) throws InterruptedException {
    var text = new ByteArrayOutputStream();
    try {
      long end = System.nanoTime() + MAX_ERROR_TIME.toNanos();
      var body = new Unzipped(() -> incoming.next(Duration.ofNanos(end - System.nanoTime())));
      for (var bytes = body.next(); bytes != null && text.size() < MAX_ERROR; bytes = body.next()) {
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
