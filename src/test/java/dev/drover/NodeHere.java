package dev.drover;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.ScriptedMessages;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A node, in this JVM or elsewhere, and a client that tells how each request ended. Safe for many
/// threads.
final class NodeHere implements AutoCloseable {
  /// No request may take longer than this, whatever the database does.
  static final Duration BOUND = Duration.ofSeconds(45);

  private static final String KEY = "sk-test-key";

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI url;
  private final Runnable stop;
  private final DroverClient client;

  /// @param status 0: the connection broke
  record Answer(int status, String body) {
    boolean isOk() {
      return status == 200;
    }

    /// Whether it says, in the protocol's shape, that the server cannot do it now.
    boolean isRefusal() {
      return status == 503
          && Json.trusted(body) instanceof Json.Obj error
          && "error".equals(error.text("type"));
    }

    List<String> ids() {
      return ((Json.Obj) Json.trusted(body))
          .items("data").stream().map(one -> String.valueOf(((Json.Obj) one).text("id"))).toList();
    }
  }

  private NodeHere(URI url, Runnable stop) {
    this.url = url;
    this.stop = stop;
    client = new DroverClient(url, KEY);
  }

  /// One that runs elsewhere, with the key of `ServerProcess`; closing this leaves it alone.
  static NodeHere at(URI url) {
    return new NodeHere(url, () -> {});
  }

  /// @param database a JDBC URL; empty: SQLite
  static NodeHere start(Path data, String database, ScriptedMessages model, int lapseMillis)
      throws InterruptedException {
    return start(data, database, model, lapseMillis, new Wiring());
  }

  static NodeHere start(
      Path data, String database, ScriptedMessages model, int lapseMillis, Wiring wiring)
      throws InterruptedException {
    return start(data, database, model, lapseMillis, wiring, Map.of());
  }

  /// @param settings further settings, by their paths
  static NodeHere start(
      Path data,
      String database,
      ScriptedMessages model,
      int lapseMillis,
      Wiring wiring,
      Map<String, String> settings)
      throws InterruptedException {
    var flags = new HashMap<>(settings);
    flags.put("data", data.toString());
    flags.put("port", "0");
    flags.put("anthropic.base_url", model.uri().toString());
    flags.put("anthropic.api_key", "sk-model");
    flags.put("api_key", KEY);
    flags.put("nodes.lapse_ms", Integer.toString(lapseMillis));
    flags.put("drain_ms", "0");
    if (!database.isEmpty()) {
      flags.put("database_url", database);
    }
    var drover = new Drover(Config.read(flags, Map.of()), wiring);
    return new NodeHere(drover.url(), drover::close);
  }

  DroverClient client() {
    return client;
  }

  URI url() {
    return url;
  }

  Answer say(String session, String text) throws InterruptedException {
    return say(session, text, 0);
  }

  /// @param retries how often it was sent before
  Answer say(String session, String text, int retries) throws InterruptedException {
    var body = Json.obj("events", List.of(FaultScenario.message(text)));
    return post("/v1/sessions/" + session + "/events", body, retries);
  }

  Answer post(String path, Json body, int retries) throws InterruptedException {
    return answer(
        request(path)
            .header("content-type", "application/json")
            .header("x-stainless-retry-count", Integer.toString(retries))
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  Answer get(String path) throws InterruptedException {
    return answer(request(path));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url.resolve(path))
        .timeout(BOUND)
        .header("authorization", "Bearer " + KEY);
  }

  /// @throws AssertionError if there is none within [#BOUND]
  private Answer answer(HttpRequest.Builder request) throws InterruptedException {
    try {
      var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (java.net.http.HttpTimeoutException e) {
      throw new AssertionError("no answer within " + BOUND, e);
    } catch (IOException _) {
      return new Answer(0, "");
    }
  }

  /// Sends until it is acknowledged, as the vendor's clients do; the ids of its events.
  List<String> acknowledged(String session, String text) throws InterruptedException {
    for (int retries = 0; ; retries++) {
      var answer = say(session, text, retries);
      if (answer.isOk()) {
        return answer.ids();
      }
      if (answer.status() != 0 && !answer.isRefusal()) {
        throw new AssertionError(answer.toString());
      }
    }
  }

  /// How often an event type is in the list.
  long count(String session, String type) {
    return client.types(session).stream().filter(type::equals).count();
  }

  @Override
  public void close() {
    http.shutdownNow();
    client.close();
    stop.run();
  }
}
