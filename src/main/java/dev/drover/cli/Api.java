package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;

/// A client of the server's HTTP API. Blocks; safe for many threads. Repeats nothing by itself.
final class Api implements AutoCloseable {
  /// How long a server may take to begin an answer.
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final HttpClient client;
  private final String base;
  private final Optional<Secret> key;

  /// @param base without a query; may have a path
  /// @param key empty: none is sent
  Api(HttpClient client, URI base, Optional<Secret> key) {
    this.client = client;
    this.base = base.toString().replaceAll("/+$", "");
    this.key = key;
  }

  /// What the constructor wants. Slow the first time: the JDK readies TLS.
  static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }

  Json.Obj get(String path) throws Refusal, IOException, InterruptedException {
    return ask(request(path).timeout(PATIENCE).GET());
  }

  Json.Obj delete(String path) throws Refusal, IOException, InterruptedException {
    return ask(request(path).timeout(PATIENCE).DELETE());
  }

  /// Without a body: for what is said by the path alone.
  Json.Obj post(String path) throws Refusal, IOException, InterruptedException {
    return ask(request(path).timeout(PATIENCE).POST(HttpRequest.BodyPublishers.noBody()));
  }

  Json.Obj post(String path, Json.Obj body) throws Refusal, IOException, InterruptedException {
    return ask(
        request(path)
            .timeout(PATIENCE)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  /// What happens in a session from now on: when this returns, the server is listening for us.
  ///
  /// @param previews whether texts come while they are written, too
  EventStream stream(String session, boolean previews)
      throws Refusal, IOException, InterruptedException {
    var path =
        "/v1/sessions/"
            + segment(session)
            + "/events/stream"
            + (previews
                ? "?event_deltas%5B%5D=agent.message&event_deltas%5B%5D=agent.thinking"
                : "");
    var response =
        client.send(
            request(path).header("accept", "text/event-stream").GET().build(),
            BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw Refusal.of(response.statusCode(), text(response.body()));
    }
    return new EventStream(response.body());
  }

  private HttpRequest.Builder request(String path) {
    var request = HttpRequest.newBuilder(URI.create(base + path));
    key.ifPresent(secret -> request.header("authorization", "Bearer " + secret.reveal()));
    return request;
  }

  private Json.Obj ask(HttpRequest.Builder request)
      throws Refusal, IOException, InterruptedException {
    var response = client.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw Refusal.of(response.statusCode(), response.body());
    }
    try {
      if (Json.parse(response.body()) instanceof Json.Obj object) {
        return object;
      }
      throw new IOException("the server's answer is not a JSON object");
    } catch (Json.Malformed e) {
      throw new IOException("the server's answer is " + e.getMessage(), e);
    }
  }

  /// An id as a part of a path.
  static String segment(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String text(InputStream body) throws IOException {
    try (body) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /// Breaks what is still open.
  @Override
  public void close() {
    client.shutdownNow();
  }
}
