package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.http.Payload;
import dev.drover.http.Request;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// A blocking client of the server's HTTP API. Safe for concurrent use. It never retries.
final class Api implements AutoCloseable {
  /// How long a server may take to begin its response.
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /// How long a server may take to receive a stream.
  private static final Duration TRANSFER = Duration.ofHours(1);

  /// The type of the previews of what a command prints while it runs.
  static final String OUTPUT = "drover.tool_output";

  private static final Duration CONNECT = Duration.ofSeconds(10);

  /// The longest response that is read, in bytes.
  private static final int MAX_ANSWER = 512 * 1024 * 1024;

  private final Outbound client;
  private final String base;
  private final Optional<Secret> key;

  /// @param base without a query; may have a path
  /// @param key empty: no key is sent
  Api(Outbound client, URI base, Optional<Secret> key) {
    this.client = client;
    this.base = base.toString().replaceAll("/+$", "");
    this.key = key;
  }

  /// The HTTP client for the constructor; the user may name any server. The first call is slow,
  /// because the JDK initializes TLS.
  static Outbound client() {
    return new Outbound(Guard.NONE, CONNECT);
  }

  Json.Obj get(String path) throws Refusal, IOException, InterruptedException {
    return ask(request("GET", path));
  }

  Json.Obj delete(String path) throws Refusal, IOException, InterruptedException {
    return ask(request("DELETE", path));
  }

  /// A POST without a body.
  Json.Obj post(String path) throws Refusal, IOException, InterruptedException {
    return ask(request("POST", path));
  }

  Json.Obj post(String path, Json.Obj body) throws Refusal, IOException, InterruptedException {
    return ask(request("POST", path).sending("application/json", body.toString()));
  }

  /// Opens the stream of a session: it shows all events after this returns.
  ///
  /// @param previews whether texts are also sent while they are written, and the output of commands
  ///   while they run
  SessionStream stream(String session, boolean previews)
      throws Refusal, IOException, InterruptedException {
    var path = "/v1/sessions/" + segment(session) + "/events/stream";
    if (!previews) {
      return open(path);
    }
    var texts = path + "?event_deltas%5B%5D=agent.message&event_deltas%5B%5D=agent.thinking";
    try {
      return open(texts + "&event_deltas%5B%5D=" + OUTPUT);
    } catch (Refusal refusal) {
      if (refusal.status() != 400) {
        throw refusal;
      }
      return open(texts); // the server is of an earlier version
    }
  }

  private SessionStream open(String path) throws Refusal, IOException, InterruptedException {
    var response = client.send(request("GET", path).with("accept", "text/event-stream"), PATIENCE);
    if (response.status() != 200) {
      try (response) {
        throw Refusal.of(response.status(), response.body().text(PATIENCE, MAX_ANSWER));
      }
    }
    return new SessionStream(() -> response.body().next(SessionStream.PATIENCE), response::close);
  }

  /// Sends a stream, of any length.
  ///
  /// @throws IOException also what the stream threw
  Json.Obj send(String method, String path, String type, InputStream body)
      throws Refusal, IOException, InterruptedException {
    var request = request(method, path).with("content-type", type);
    return ask(request.sending(new Payload.Stream(body)), TRANSFER);
  }

  /// The body of a response, of any length. Closing it closes the response.
  InputStream download(String path) throws Refusal, IOException, InterruptedException {
    var response = client.send(request("GET", path), PATIENCE);
    if (response.status() / 100 == 2) {
      return response.stream(PATIENCE);
    }
    try (response) {
      throw Refusal.of(response.status(), response.body().text(PATIENCE, MAX_ANSWER));
    }
  }

  private Request request(String method, String path) {
    var request = Request.of(method, URI.create(base + path));
    return key.map(secret -> request.with("authorization", "Bearer " + secret.reveal()))
        .orElse(request);
  }

  private Json.Obj ask(Request request) throws Refusal, IOException, InterruptedException {
    return ask(request, PATIENCE);
  }

  private Json.Obj ask(Request request, Duration patience)
      throws Refusal, IOException, InterruptedException {
    int status;
    String body;
    try (var response = client.send(request, patience)) {
      status = response.status();
      body = response.body().text(PATIENCE, MAX_ANSWER);
    }
    if (status / 100 != 2) {
      throw Refusal.of(status, body);
    }
    try {
      if (Json.parse(body) instanceof Json.Obj object) {
        return object;
      }
      throw new IOException("the answer is not that of a Drover server");
    } catch (Json.Malformed e) {
      throw new IOException(
          "the answer is not that of a Drover server: it is " + e.getMessage(), e);
    }
  }

  /// An id as a segment of a path.
  static String segment(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// Closes all connections.
  @Override
  public void close() {
    client.close();
  }
}
