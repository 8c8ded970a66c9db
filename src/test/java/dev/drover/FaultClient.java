package dev.drover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.cli.Checking;
import dev.drover.testing.DroverClient;
import dev.drover.testing.ScriptedMessages;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A server that dies where it is armed, its successors, and a client that sends each request until
/// it is answered. One thread.
final class FaultClient implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path directory;
  private final Map<String, String> more;
  private final Map<String, String> settings;
  private FaultChild child;
  private int deaths;

  /// @param directory of the log and the data
  FaultClient(Path directory, ScriptedMessages model) throws Exception {
    this(directory, model, Map.of());
  }

  /// @param more settings, by their variables
  FaultClient(Path directory, ScriptedMessages model, Map<String, String> more) throws Exception {
    this.directory = directory;
    this.more = Map.copyOf(more);
    settings = new HashMap<>(more);
    settings.put("DROVER_ANTHROPIC_BASE_URL", model.uri().toString());
    settings.put("DROVER_LOG_LEVEL", "warning");
    child = start();
  }

  private FaultChild start() throws Exception {
    var log = new File(directory.toFile(), "log");
    return FaultChild.start(directory.resolve("data"), log, settings).orElseThrow();
  }

  void arm(String fault) throws Exception {
    deaths = 0;
    child.arm(fault);
  }

  /// How often servers have died since the last [#arm].
  int deaths() {
    return deaths;
  }

  /// Starts a successor if the server dies within this time.
  void revive(long millis) throws Exception {
    if (child.hasDied(millis)) {
      assertThat(child.status()).isEqualTo(FaultPoints.STATUS);
      deaths++;
      child = start();
    }
  }

  List<Json.Obj> events(String session) throws Exception {
    return get("/v1/sessions/" + session + "/events?limit=1000").items("data").stream()
        .map(Json.Obj.class::cast)
        .toList();
  }

  /// Sends a message.
  void tell(String session, String text) throws Exception {
    sent(
        "/v1/sessions/" + session + "/events",
        Json.obj("events", List.of(FaultScenario.message(text))),
        200);
  }

  /// Waits for the end of a turn.
  ///
  /// @param turns of the session so far, with this one
  void untilIdle(String session, int turns) throws Exception {
    while (FaultScenario.ofType(events(session), "session.status_idle").size() < turns) {
      revive(FaultChild.PACE_MILLIS);
    }
    assertThat(DroverClient.type(events(session).getLast())).isEqualTo("session.status_idle");
  }

  /// Sends a message and waits for the end of its turn.
  ///
  /// @param turns of the session so far, with this one
  void say(String session, String text, int turns) throws Exception {
    tell(session, text);
    untilIdle(session, turns);
  }

  /// The id of a new file.
  String uploaded(String text) throws Exception {
    var form =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n%s\r\n--b--\r\n"
            .formatted(text);
    return String.valueOf(form("/v1/files", form.getBytes(UTF_8)).text("id"));
  }

  /// @param form with the boundary `b`
  Json.Obj form(String path, byte[] form) throws Exception {
    var request =
        request(path)
            .header("content-type", "multipart/form-data; boundary=b")
            .POST(BodyPublishers.ofByteArray(form));
    return object(request, Set.of(200));
  }

  Json.Obj get(String path) throws Exception {
    return object(request(path), Set.of(200));
  }

  String content(String file) throws Exception {
    return answer(request("/v1/files/" + file + "/content"), Set.of(200));
  }

  Json.Obj sent(String path, Json.Obj body, Integer... statuses) throws Exception {
    return object(
        request(path)
            .header("content-type", "application/json")
            .header("Idempotency-Key", "one-" + System.nanoTime())
            .POST(BodyPublishers.ofString(body.toString())),
        Set.of(statuses));
  }

  void deleted(String path, Integer... statuses) throws Exception {
    object(request(path).DELETE(), Set.of(statuses));
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://server" + path))
        .timeout(Duration.ofSeconds(20))
        .header("authorization", "Bearer " + FaultChild.KEY);
  }

  private Json.Obj object(HttpRequest.Builder request, Set<Integer> statuses) throws Exception {
    return (Json.Obj) Json.trusted(answer(request, statuses));
  }

  /// Sends a request until it is answered.
  private String answer(HttpRequest.Builder request, Set<Integer> statuses) throws Exception {
    var path = request.build().uri().getRawPath();
    var query = request.build().uri().getRawQuery();
    while (true) {
      request.uri(child.url().resolve(query == null ? path : path + "?" + query));
      try {
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
        if (response.statusCode() < 500) {
          assertThat(statuses).as(response.body()).contains(response.statusCode());
          return response.body();
        }
      } catch (IOException _) {
        // it has died
      }
      revive(100);
    }
  }

  /// Stops the server, in good order.
  ///
  /// @return what `drover check` finds then
  List<String> findings() throws Exception {
    child.close();
    var findings = new ArrayList<String>();
    new Auditor(more)
        .run(
            Map.of("data", directory.resolve("data").toString()),
            new Checking.Hearer() {
              @Override
              public void finding(String session, long position, String sentence) {
                findings.add(session + " " + sentence);
              }

              @Override
              public void note(String session, String sentence) {}
            });
    return findings;
  }

  @Override
  public void close() {
    child.close();
    http.shutdownNow();
  }
}
