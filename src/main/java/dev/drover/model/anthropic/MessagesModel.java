package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Prompt;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/// A model behind a server that speaks Anthropic's Messages API: one streaming request for each
/// answer, blocks put together exactly as they came.
///
/// Connections are kept and used again. HTTP/1.1 only: each call has a connection of its own, so an
/// interrupt can cut it, and no limit on streams within one connection is shared by the calls. No
/// redirect is followed: the key and the prompt go to the configured server and to no other.
///
/// @see <a href="https://docs.claude.com/en/api/messages-streaming">Streaming messages</a>
public final class MessagesModel implements Model, AutoCloseable {
  /// Longest part of an error's body that is read, in bytes.
  private static final int MAX_ERROR = 64 * 1024;

  /// How long, and for how many bytes, the end of a body may follow the end of its reply.
  private static final Duration AFTERWARDS = Duration.ofMillis(250);

  private static final int MAX_AFTERWARDS = 64 * 1024;

  private final URI endpoint;
  private final ApiKey key;
  private final Failures failures;
  private final Timeouts timeouts;
  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client;

  /// @param base where the server is, without `/v1/messages`; may have a path
  /// @param clock reads a `retry-after` that is a date
  /// @throws Problem `INVALID_REQUEST` if `base` is not an HTTP URL, or has more than a path
  public MessagesModel(URI base, ApiKey key, Timeouts timeouts, InstantSource clock) {
    this.endpoint = endpoint(base);
    this.key = key;
    this.failures = new Failures(key);
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

  private static URI endpoint(URI base) {
    var scheme = base.getScheme() == null ? "" : base.getScheme().toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || base.getHost() == null) {
      throw Problem.invalid("The model server's base URL must be http://HOST or https://HOST");
    }
    if (base.getRawUserInfo() != null
        || base.getRawQuery() != null
        || base.getRawFragment() != null) {
      throw Problem.invalid(
          "The model server's base URL must have no user, query or fragment; a key goes into its"
              + " own setting");
    }
    return URI.create(base.toString().replaceAll("/+$", "") + "/v1/messages");
  }

  @Override
  public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try (var incoming = new Incoming(timeouts.stall())) {
      var answer = heard(send(request(prompt), incoming), incoming, listener);
      incoming.drain(AFTERWARDS, MAX_AFTERWARDS);
      return answer;
    } catch (Broken e) {
      return Failures.broken(e.what());
    }
  }

  private HttpRequest request(Prompt prompt) {
    var request =
        HttpRequest.newBuilder(endpoint)
            .header("anthropic-version", "2023-06-01")
            .header("content-type", "application/json")
            .header("accept", "text/event-stream")
            .header("user-agent", "drover")
            .POST(HttpRequest.BodyPublishers.ofString(body(prompt).toString()));
    if (!key.isEmpty()) {
      request.header("x-api-key", key.reveal());
    }
    return request.build();
  }

  private static Json.Obj body(Prompt prompt) {
    var body = new LinkedHashMap<String, Json>();
    body.put("model", Json.of(prompt.model()));
    body.put("max_tokens", Json.of(prompt.maxTokens()));
    prompt.effort().ifPresent(effort -> body.put("output_config", Json.obj("effort", effort)));
    if (!prompt.system().items().isEmpty()) {
      body.put("system", prompt.system());
    }
    if (!prompt.tools().items().isEmpty()) {
      body.put("tools", prompt.tools());
    }
    body.put("messages", prompt.messages());
    body.put("stream", Json.of(true));
    return new Json.Obj(body);
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
      throw new Broken("the model server did not answer within " + patience.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new Broken(
          switch (e.getCause()) {
            case HttpConnectTimeoutException _ ->
                "cannot connect to the model server within "
                    + timeouts.connect().toSeconds()
                    + " s";
            case ConnectException _ ->
                "cannot connect to the model server: refused, unreachable or unknown host";
            case SSLException _ -> "cannot connect to the model server: TLS failed";
            case null, default -> "the connection to the model server was lost before it answered";
          });
    } finally {
      sent.cancel(true);
    }
  }

  private Answer heard(HttpResponse<Incoming> response, Incoming incoming, Listener listener)
      throws Broken, InterruptedException {
    int status = response.statusCode();
    if (status != 200) {
      var retryAfter = RetryAfter.of(response.headers(), clock);
      return failures.ofStatus(status, start(incoming), retryAfter);
    }
    var type = response.headers().firstValue("content-type").orElse("");
    if (!type.strip().toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
      return Failures.broken("HTTP 200, but not an event stream; is this a Messages server?");
    }
    var events = new EventStream(incoming);
    var assembly = new Assembly(listener, failures);
    for (var event = events.next(); event != null; event = events.next()) {
      var answer = assembly.accept(event);
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    return Failures.broken("the model server's stream ended without message_stop");
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
