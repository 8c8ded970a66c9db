package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Utf8;
import dev.drover.catalog.WorkspaceId;
import dev.drover.desk.Caller;
import dev.drover.session.SessionId;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A request and its response. Not safe for concurrent use.
final class Exchange {
  static final String JSON = "application/json";
  static final String ORGANIZATION_ID = WorkspaceId.ORGANIZATION;
  static final HeaderName REQUEST_ID = HeaderNames.create("request-id");
  static final HeaderName ORGANIZATION = HeaderNames.create("anthropic-organization-id");
  static final HeaderName WORKSPACE = HeaderNames.create("anthropic-workspace-id");

  /// The number of characters of a long response that are written at once.
  private static final int PIECE = 64 * 1024;

  /// The number of bytes of a stream that are written at once.
  private static final int BYTES = 32 * 1024;

  /// The number of bytes above which JSON is compressed, if the client accepts that.
  private static final int COMPRESSED = 1_000;

  /// A coding of `accept-encoding` with which gzip is accepted: not with the weight 0.
  private static final Pattern GZIP =
      Pattern.compile("gzip(\\s*;\\s*q=(1(\\.0{0,3})?|0\\.\\d{0,2}[1-9]\\d{0,2}))?");

  private static final Pattern ORIGIN = Pattern.compile("^(?i:https?)://[^/]+");

  private final ServerRequest request;
  private final ServerResponse response;
  private final String requestId;
  private final Connection connection;
  private final RequestMemory memory;
  private final RequestBody body;
  private Map<String, String> names = Map.of();
  private String route = "none";
  private @Nullable Grant grant;
  private boolean streamed;

  Exchange(
      ServerRequest request,
      ServerResponse response,
      String requestId,
      Connection connection,
      RequestMemory memory) {
    this.memory = memory;
    this.request = request;
    this.response = response;
    this.requestId = requestId;
    this.connection = connection;
    body = new RequestBody(request, response, connection, memory);
    response.header(REQUEST_ID, requestId);
    response.header(ORGANIZATION, ORGANIZATION_ID);
  }

  String requestId() {
    return requestId;
  }

  /// The memory that this request may use.
  RequestMemory memory() {
    return memory;
  }

  /// The path as it was sent, also if the request line contains an absolute URL, as requests to
  /// proxies do.
  ///
  /// @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2">RFC 9112, 3.2.2</a>
  String path() {
    var path = request.prologue().uriPath().rawPath();
    return path.startsWith("/") ? path : ORIGIN.matcher(path).replaceFirst("");
  }

  /// The connection of the request.
  Connection connection() {
    return connection;
  }

  String method() {
    return request.prologue().method().text();
  }

  /// Records the route of the request.
  ///
  /// @param names the values of the names in the path, decoded
  void routed(String template, Map<String, String> names) {
    route = template;
    this.names = Map.copyOf(names);
  }

  /// The record of this request for monitoring, when the request is over.
  Operations.Request over(Duration took) {
    int status = answered() || streamed ? response.status().code() : 0;
    var session = Optional.ofNullable(names.get("session")).filter(SessionId::isWellFormed);
    return new Operations.Request(requestId, method(), route, status, took, streamed, session);
  }

  /// The caller whose key the request carries.
  ///
  /// @throws IllegalStateException on a route that needs no key
  Caller caller() {
    return grant().caller();
  }

  /// The admission of this request.
  ///
  /// @throws IllegalStateException on a route that needs no key
  Grant grant() {
    if (grant == null) {
      throw new IllegalStateException("no key is needed on " + route);
    }
    return grant;
  }

  void authenticated(Grant grant) {
    this.grant = grant;
    response.header(WORKSPACE, grant.caller().workspace().value());
  }

  /// Checks the workspace that the client names, if it names one.
  ///
  /// @throws Problem `PERMISSION` if the caller's key belongs to another one
  void checkWorkspace() {
    var named = request.headers().value(WORKSPACE).map(String::strip).orElse("");
    if (!named.isEmpty() && !named.equals(caller().workspace().value())) {
      throw Problem.forbidden(
          "This API key does not belong to the workspace that the header anthropic-workspace-id"
              + " names");
    }
  }

  /// The value of a name in the path; see [PathPattern].
  String id(String name) {
    return Objects.requireNonNull(names.get(name), name);
  }

  Query query() {
    return Query.parse(request.prologue().query().rawValue());
  }

  @Nullable String header(String name) {
    return request.headers().value(HeaderNames.create(name)).orElse(null);
  }

  /// Whether the client accepts compressed answers.
  ///
  /// @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3">RFC 9110, 12.5.3</a>
  boolean acceptsGzip() {
    var header = header("accept-encoding");
    return header != null
        && Stream.of(header.split(",", -1))
            .map(coding -> coding.strip().toLowerCase(Locale.ROOT))
            .anyMatch(GZIP.asMatchPredicate());
  }

  boolean isHead() {
    return request.prologue().method().equals(Method.HEAD);
  }

  /// The body as it was sent.
  ///
  /// @throws Problem as [RequestBody#read] says
  byte[] body() {
    return body.read();
  }

  /// The body as a stream.
  ///
  /// @throws Problem as [RequestBody#stream] says
  UploadStream body(long most, Problem tooLarge) {
    return body.stream(most, tooLarge);
  }

  /// @throws Problem `TOO_LARGE` if no route reads a body of the declared length into memory
  void checkLength() {
    body.checkLength();
  }

  /// The body as a JSON object.
  Fields fields() {
    return RequestBody.fields(body());
  }

  void answer(Json json) {
    answer(json.toString());
  }

  void answer(String json) {
    answer(List.of(json));
  }

  /// Answers with JSON in several parts. Long JSON is encoded and written piece by piece, so that
  /// its bytes and its text are never in memory together. A client that does not read it is
  /// disconnected.
  void answer(List<String> json) {
    long length = json.stream().mapToLong(Utf8::length).sum();
    boolean compresses = length > COMPRESSED && !isHead() && acceptsGzip();
    if (length > COMPRESSED) {
      response.header(HeaderNames.VARY, "accept-encoding");
    }
    if (compresses) {
      response.header(HeaderNames.CONTENT_ENCODING, "gzip");
    }
    if (length <= RequestMemory.SMALL || isHead()) {
      var bytes = String.join("", json).getBytes(StandardCharsets.UTF_8);
      answer(200, JSON, compresses ? FastGzip.of(bytes) : bytes);
      return;
    }
    memory.answers(length);
    response.status(200);
    response.header(HeaderNames.CONTENT_TYPE, JSON);
    if (!compresses) {
      response.header(HeaderNames.CONTENT_LENGTH, Long.toString(length));
    }
    try (var out =
        compresses ? new FastGzip(response.outputStream(), PIECE) : response.outputStream()) {
      for (var text : json) {
        write(text, out);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new CloseConnectionException("the client left before the end of its answer", e);
    }
  }

  private static void write(String text, OutputStream out) throws IOException {
    for (int from = 0; from < text.length(); ) {
      int to = Math.min(text.length(), from + PIECE);
      if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))) {
        to++;
      }
      out.write(text.substring(from, to).getBytes(StandardCharsets.UTF_8));
      from = to;
    }
  }

  /// Answers with bytes, which must not be changed afterwards.
  void answer(String contentType, byte[] bytes) {
    answer(200, contentType, bytes);
  }

  void answer(Errors.Failure failure) {
    failure
        .headers()
        .forEach(
            (name, value) -> {
              if (!response.headers().contains(HeaderNames.create(name))) {
                response.header(name, value);
              }
            });
    if (body.isLong()) {
      response.header(HeaderValues.CONNECTION_CLOSE);
      if (!body.isTooLongToDrop()) {
        body.drop();
      }
    }
    var json = failure.body(requestId).toString();
    answer(failure.status(), JSON, json.getBytes(StandardCharsets.UTF_8));
  }

  void header(String name, String value) {
    response.header(name, value);
  }

  /// Adds a header that the answer may have several times.
  void addHeader(String name, String value) {
    response.headers().add(HeaderValues.create(name, value));
  }

  /// Answers without a body.
  void answerEmpty() {
    answerEmpty(Status.NO_CONTENT_204.code());
  }

  void answerEmpty(int status) {
    response.status(status);
    response.send();
  }

  /// Answers with bytes of any type, which are not held in memory. If the stream fails, the
  /// connection is closed, so that the client sees that the answer is not complete.
  ///
  /// @param length the number of bytes of the stream
  void answer(int status, long length, InputStream in) {
    response.status(status);
    response.header(HeaderNames.CONTENT_LENGTH, Long.toString(length));
    if (isHead()) {
      response.send(new byte[0]);
      return;
    }
    var piece = new byte[BYTES];
    try (var out = response.outputStream()) {
      for (int count = read(in, piece); count >= 0; count = read(in, piece)) {
        out.write(piece, 0, count);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new CloseConnectionException("the client left before the end of its answer", e);
    }
  }

  private int read(InputStream in, byte[] piece) {
    try {
      return in.read(piece);
    } catch (IOException e) {
      Errors.log(requestId, new IllegalStateException(e.getMessage(), e));
      throw new CloseConnectionException("failed within the answer", e);
    }
  }

  /// Whether a response has begun, so that another one cannot be sent.
  boolean answered() {
    return response.isSent() || response.bytesWritten() > 0;
  }

  /// Begins a response of unknown length, which is complete when the stream is closed.
  OutputStream begin(String contentType) {
    response.status(200);
    response.header(HeaderNames.CONTENT_TYPE, contentType);
    return response.outputStream();
  }

  /// Begins a response of events.
  OutputStream stream() {
    streamed = true;
    nameStream();
    return response.outputStream();
  }

  /// Answers with the headers of a stream alone. A stream that is begun would end with a chunk,
  /// which a client takes for the beginning of its next answer.
  void streamHead() {
    nameStream();
    response.send(new byte[0]);
  }

  private void nameStream() {
    response.header(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    if (!response.headers().contains(HeaderNames.CACHE_CONTROL)) {
      response.header(HeaderNames.CACHE_CONTROL, "no-cache");
    }
    response.header("x-accel-buffering", "no");
  }

  /// Closes the connection if the client asked for that, or if its next request cannot be found
  /// after an unread body. The protocol layer would only announce it and wait for the client to
  /// close. It completes a streamed answer after this returns.
  void finish() {
    if (response.isSent() && body.isLong() && !body.drop()) {
      throw new CloseConnectionException("the rest of the body is too long");
    }
    if (isLast() || response.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
      if (response.isSent()) {
        throw lastAnswer();
      }
      response.whenSent(
          () -> {
            throw lastAnswer();
          });
    }
  }

  private static CloseConnectionException lastAnswer() {
    return new CloseConnectionException("the last answer on this connection");
  }

  /// Whether the client wants the connection closed after this request, as proxies often do. If
  /// part of the body is unread when the connection is closed, the connection is reset, and the
  /// response can be lost.
  private boolean isLast() {
    return request.headers().contains(HeaderValues.CONNECTION_CLOSE);
  }

  void answer(int status, String contentType, byte[] bytes) {
    if (isLast() && body.isAnnounced()) {
      body.drop();
    }
    response.status(status);
    response.header(HeaderNames.CONTENT_TYPE, contentType);
    if (isHead()) {
      response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(bytes.length));
    }
    try {
      response.send(isHead() ? new byte[0] : bytes);
    } catch (UncheckedIOException e) {
      throw new CloseConnectionException("the client left before its answer", e);
    }
  }
}
