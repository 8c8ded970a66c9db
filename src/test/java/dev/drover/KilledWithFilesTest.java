package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.cli.Checking;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server dies at each step of giving files to a session and to its hand, and another one goes
/// on: what was acknowledged is there, the agent sees all files or its call does not run, and no
/// file and no content is left over.
@Tag("proof")
@Tag("database")
@Tag("sandbox")
@Timeout(300)
final class KilledWithFilesTest {
  private static final List<String> FAULTS =
      List.of(
          "create:before:1",
          "create:after:1",
          "add:before:1",
          "add:after:1",
          "provide:before:1",
          "content:before:1",
          "content:after:1",
          "content:before:2",
          "content:after:3",
          "provide:after:1",
          "remove:before:1",
          "remove:after:1",
          "provide:before:2",
          "provide:after:2");

  private static final String COMMAND =
      "cd /mnt/session/uploads; find . -type f | sort | xargs cat";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> settings = new HashMap<>();
  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // by the first start
  private FaultChild child;

  private int deaths;

  @Test
  void nothingIsLostAndNothingIsLeft() throws Exception {
    try (var model = ScriptedMessages.start()) {
      model.otherwise(KilledWithFilesTest::reply);
      settings.put("DROVER_ANTHROPIC_BASE_URL", model.uri().toString());
      settings.put("DROVER_LOG_LEVEL", "warning");
      start();
      var environment = sent("/v1/environments", Json.obj("name", "here"), 200).text("id");
      var agent = sent("/v1/agents", FaultScenario.AGENT, 200).text("id");
      var files = List.of(uploaded("one"), uploaded("two"), uploaded("three"));
      for (var fault : FAULTS) {
        deaths = 0;
        child.arm(fault);
        var session = created(String.valueOf(agent), String.valueOf(environment), files);
        play(session, files.getLast());
        assertThat(deaths).as(fault).isEqualTo(1);
        deleted("/v1/sessions/" + session, 200);
      }
      for (var scope : get("/v1/files?limit=1000").items("data")) {
        var id = ((Json.Obj) scope).object("scope").text("id");
        if (id != null) { // of a session whose creation was not acknowledged
          deleted("/v1/sessions/" + id, 200, 404);
        }
      }
      assertThat(get("/v1/files?limit=1000").items("data")).hasSize(files.size());
      child.close();
    }
    var findings = new ArrayList<String>();
    new Auditor(Map.of())
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
    assertThat(findings).isEmpty();
  }

  private static Script reply(ScriptedMessages.Request request) {
    var last = request.body().items("messages").getLast().toString();
    return last.contains("tool_result")
        ? Script.reply().text("done")
        : Script.reply().toolUse("bash", Json.obj("command", COMMAND));
  }

  private void start() throws Exception {
    var log = new File(directory.toFile(), "log");
    child = FaultChild.start(directory.resolve("data"), log, settings).orElseThrow();
  }

  private String created(String agent, String environment, List<String> files) throws Exception {
    var request =
        Json.obj(
            "agent", agent,
            "environment_id", environment,
            "resources", List.of(file(files.get(0), "a/b/1"), file(files.get(1), "a/2")));
    return String.valueOf(sent("/v1/sessions", request, 200).text("id"));
  }

  private static Json.Obj file(String id, String path) {
    return Json.obj("type", "file", "file_id", id, "mount_path", path);
  }

  private void play(String session, String third) throws Exception {
    var path = "/v1/sessions/" + session;
    sent(path + "/resources", file(third, "a/b/c"), 200, 409);
    assertThat(paths(session)).containsExactly("a/b/1", "a/2", "a/b/c");
    say(session, 1);
    var second = (Json.Obj) get(path + "/resources").items("data").get(1);
    deleted(path + "/resources/" + second.text("id"), 200, 404);
    assertThat(paths(session)).containsExactly("a/b/1", "a/b/c");
    say(session, 2);
    var results = FaultScenario.ofType(events(session), "agent.tool_result");
    assertThat(results.stream().map(result -> result.get("content").orElseThrow().toString()))
        .satisfiesExactly(
            all -> assertThat(all).contains("\"twoonethree\""),
            rest -> assertThat(rest).contains("\"onethree\""));
  }

  private List<String> paths(String session) throws Exception {
    var root = "/mnt/session/uploads/";
    return get("/v1/sessions/" + session + "/resources").items("data").stream()
        .map(one -> String.valueOf(((Json.Obj) one).text("mount_path")).substring(root.length()))
        .toList();
  }

  private List<Json.Obj> events(String session) throws Exception {
    return get("/v1/sessions/" + session + "/events?limit=1000").items("data").stream()
        .map(Json.Obj.class::cast)
        .toList();
  }

  private void say(String session, int turns) throws Exception {
    sent(
        "/v1/sessions/" + session + "/events",
        Json.obj("events", List.of(FaultScenario.message("go"))),
        200);
    while (FaultScenario.ofType(events(session), "session.status_idle").size() < turns) {
      revive(10);
    }
    assertThat(DroverClient.type(events(session).getLast())).isEqualTo("session.status_idle");
  }

  private String uploaded(String text) throws Exception {
    var form =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n%s\r\n--b--\r\n"
            .formatted(text);
    var request =
        request("/v1/files")
            .header("content-type", "multipart/form-data; boundary=b")
            .POST(BodyPublishers.ofString(form));
    return String.valueOf(answer(request, Set.of(200)).text("id"));
  }

  private Json.Obj get(String path) throws Exception {
    return answer(request(path), Set.of(200));
  }

  private Json.Obj sent(String path, Json.Obj body, Integer... statuses) throws Exception {
    return answer(
        request(path)
            .header("content-type", "application/json")
            .header("Idempotency-Key", "one-" + System.nanoTime())
            .POST(BodyPublishers.ofString(body.toString())),
        Set.of(statuses));
  }

  private void deleted(String path, Integer... statuses) throws Exception {
    answer(request(path).DELETE(), Set.of(statuses));
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://server" + path))
        .timeout(Duration.ofSeconds(20))
        .header("authorization", "Bearer " + FaultChild.KEY);
  }

  /// Sends a request until it is answered.
  private Json.Obj answer(HttpRequest.Builder request, Set<Integer> statuses) throws Exception {
    var path = request.build().uri().getPath();
    var query = request.build().uri().getQuery();
    while (true) {
      request.uri(child.url().resolve(query == null ? path : path + "?" + query));
      try {
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() < 500) {
          assertThat(statuses).as(response.body()).contains(response.statusCode());
          return (Json.Obj) Json.trusted(response.body());
        }
      } catch (IOException _) {
        // it has died
      }
      revive(100);
    }
  }

  private void revive(long millis) throws Exception {
    if (child.hasDied(millis)) {
      assertThat(child.status()).isEqualTo(FaultPoints.STATUS);
      deaths++;
      start();
    }
  }
}
