package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.http.Request;
import dev.drover.http.Response;
import dev.drover.http.Unreachable;
import dev.drover.model.Answer;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A model server: it receives a JSON request and answers with an event stream. Every error is an
/// [Answer.Failure]. Safe for many threads.
///
/// Connections are kept and reused. The operator configures the server, so any address is allowed,
/// including loopback. No redirect is followed: the key and the prompt are sent only to the
/// configured server.
public final class ModelServer implements AutoCloseable {
  /// The maximum number of bytes that are read of an error's body.
  private static final int MAX_ERROR = 64 * 1024;

  /// The maximum time for reading an error's body.
  private static final Duration MAX_ERROR_TIME = Duration.ofSeconds(10);

  /// The time and the number of bytes within which the end of a body may follow the end of its
  /// reply.
  private static final Duration AFTERWARDS = Duration.ofMillis(250);

  private static final int MAX_AFTERWARDS = 64 * 1024;

  /// Content encodings that cannot be read.
  private static final Pattern ENCODED =
      Pattern.compile("(?i)\\b(br|brotli|deflate|zstd|compress)\\b");

  /// The successes that have no body.
  private static final Set<Integer> NO_BODY = Set.of(204, 205);

  /// The maximum number of changes to one request.
  private static final int MAX_CHANGES = 4;

  private static final System.Logger LOG = System.getLogger(ModelServer.class.getName());

  private final String address;
  private final Request request;
  private final Failures failures;
  private final Timeouts timeouts;
  private final InstantSource clock;
  private final Remedies remedies;
  private final Remembered remembered = new Remembered();
  private final IdleConnections idle = new IdleConnections(System::nanoTime);
  private final Outbound client;

  /// @param address the address to which requests are posted
  /// @param headers sent with each request, the key's among them
  /// @param key the key that no message may contain
  /// @param clock reads a `retry-after` that is a date
  /// @param remedies the remedies for refused requests
  public ModelServer(
      ModelAddress address,
      Map<String, String> headers,
      ApiKey key,
      Timeouts timeouts,
      InstantSource clock,
      Remedies remedies) {
    this.request = request(address, headers);
    this.address = address.toString();
    this.failures = new Failures(key, this.address);
    this.timeouts = timeouts;
    this.clock = clock;
    this.remedies = remedies;
    this.client = new Outbound(Guard.NONE, timeouts.connect());
  }

  private static Request request(ModelAddress address, Map<String, String> headers) {
    var request =
        Request.of("POST", address.endpoint())
            .with("accept", "text/event-stream")
            .with("accept-encoding", "identity")
            .with("user-agent", "drover");
    return with(request, headers);
  }

  private static Request with(Request request, Map<String, String> headers) {
    var all = request;
    for (var header : headers.entrySet()) {
      all = all.with(header.getKey(), header.getValue());
    }
    return all;
  }

  /// As [#ask(Map, Json.Obj, Supplier)], without further headers.
  public Answer ask(Json.Obj body, Supplier<? extends ReplyBuilder> replies)
      throws InterruptedException {
    return ask(Map.of(), body, replies);
  }

  /// Makes one request. If the server refuses it and names the cause, the request is changed and
  /// made again, a few times at most and with each change once. Changes that helped are remembered.
  /// No part of a reply has been passed on by then.
  ///
  /// @param headers those of this request alone
  /// @param replies a source of builders, one for each request
  /// @throws InterruptedException if the calling thread is interrupted; the connection is closed
  ///   first
  public Answer ask(
      Map<String, String> headers, Json.Obj body, Supplier<? extends ReplyBuilder> replies)
      throws InterruptedException {
    var asked = remembered.applied(body);
    var changes = new LinkedHashMap<String, Remedy>();
    while (true) {
      var result = once(headers, asked, replies.get());
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

  private Result once(Map<String, String> headers, Json.Obj body, ReplyBuilder reply)
      throws InterruptedException {
    var patience = new EventPatience(timeouts, System::nanoTime);
    try (var response = send(headers, body, patience)) {
      var source = new ReplySource(response.body(), patience, address);
      var result = received(response, source, patience, reply);
      response.body().drain(AFTERWARDS, MAX_AFTERWARDS);
      if (response.body().isEnded()) {
        idle.add();
      }
      return result;
    } catch (BrokenStream e) {
      return new Result(Failures.broken(e.what()), null);
    }
  }

  /// Sends the request, and once more if a kept connection turns out to be closed: the server ended
  /// it while it was idle, and has not answered this request with a single byte.
  private Response send(Map<String, String> headers, Json.Obj body, EventPatience patience)
      throws BrokenStream, InterruptedException {
    var sent = with(request, headers).sending("application/json", body.toString());
    boolean mayBeStale = idle.take();
    try {
      return client.send(sent, patience.left());
    } catch (Unreachable e) {
      if (!mayBeStale || e.why() != Unreachable.Why.CLOSED) {
        throw unreachable(e, patience);
      }
    }
    idle.take();
    try {
      return client.send(sent, patience.left());
    } catch (Unreachable e) {
      throw unreachable(e, patience);
    }
  }

  private BrokenStream unreachable(Unreachable e, EventPatience patience) {
    return switch (e.why()) {
      case NO_ANSWER ->
          failures.unreachable("the model server at %s did not answer: " + patience.missed(), "");
      case CLOSED, LOST, REDIRECT ->
          failures.unreachable(
              "the connection to the model server at %s was lost before it answered", "");
      case FORBIDDEN, UNKNOWN_HOST, NO_CONNECTION, CONNECT_TIMEOUT, TLS ->
          failures.unreachable("cannot connect to the model server at %s", e.what());
    };
  }

  private Result received(
      Response response, ReplySource source, EventPatience patience, ReplyBuilder reply)
      throws BrokenStream, InterruptedException {
    int status = response.status();
    if (status >= 300 && status < 400) {
      return new Result(failures.redirect(status, response.header("location").orElse("")), null);
    }
    var encoding = response.header("content-encoding").orElse("");
    boolean unreadable = ENCODED.matcher(encoding).find();
    if (status < 200 || status >= 300 || NO_BODY.contains(status)) {
      var words = unreadable ? ErrorWords.NONE : ErrorWords.of(start(source));
      return new Result(
          failures.ofStatus(status, words, RetryAfter.of(response, clock)),
          new Refused(status, words));
    }
    if (unreadable) {
      return new Result(failures.after(status).encoded(encoding), null);
    }
    var refused = new AtomicReference<@Nullable Refused>();
    var answer =
        new ReplyBody(source, response.headers("content-type"), response.isMeasured())
            .read(
                failures.after(status),
                events -> answer(failures.after(status), events, patience, reply, refused));
    return new Result(answer, refused.get());
  }

  /// Reads the reply. The stream may begin with a refusal.
  private Answer answer(
      Failures failing,
      ReplyEvents events,
      EventPatience patience,
      ReplyBuilder reply,
      AtomicReference<@Nullable Refused> refused)
      throws BrokenStream, InterruptedException {
    var first = events.peek();
    events.watch(patience::event, patience::expectEnd);
    if (first != null && ErrorEvents.is(first)) {
      var words = ErrorBody.read(first.body());
      refused.set(new Refused(words.status().orElse(400), words));
    }
    return new ReplyReader(failing, events, reply).read();
  }

  private static String start(ReplySource source) throws InterruptedException {
    var text = new ByteArrayOutputStream();
    try {
      long end = System.nanoTime() + MAX_ERROR_TIME.toNanos();
      var body = new Unzipped(() -> source.next(Duration.ofNanos(end - System.nanoTime())));
      for (var bytes = body.next(); bytes != null && text.size() < MAX_ERROR; bytes = body.next()) {
        text.writeBytes(bytes);
      }
    } catch (BrokenStream _) {
      // the status says enough
    }
    var all = text.toString(StandardCharsets.UTF_8);
    return isText(all) ? all : "";
  }

  /// Whether these are words, and not the bytes of an encoding that nothing declares.
  private static boolean isText(String all) {
    long odd =
        all.chars().filter(c -> c == 0xFFFD || (c < ' ' && !Character.isWhitespace(c))).count();
    return odd * 8 <= all.length();
  }

  /// Closes all connections. Pending requests fail.
  @Override
  public void close() {
    client.close();
  }
}
