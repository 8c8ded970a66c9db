package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server dies at each step of a comparison of a session's directory with its memory store, and
/// another one goes on: what the agent wrote is kept, nothing that was deleted comes back, and both
/// are equal in the end.
@Tag("proof")
@Tag("database")
@Tag("sandbox")
@Timeout(600)
final class KilledWithMemoryTest {
  private static final List<String> FAULTS =
      List.of(
          "hand/put:before:1",
          "hand/put:after:1",
          "hand/put:after:3",
          "hand/put:before:4",
          "hand/put:after:4",
          "hand/remove:before:1",
          "hand/remove:after:1",
          "place/note:before:1",
          "place/note:after:1",
          "place/note:before:2",
          "place/note:after:2",
          "place/note:before:3",
          "place/note:after:3",
          "place/fill:before:1",
          "place/fill:after:1",
          "memory/create:before:1",
          "memory/create:after:1",
          "memory/update:before:1",
          "memory/update:after:1",
          "memory/delete:before:1",
          "memory/delete:after:1",
          "memory/keep:before:1",
          "memory/keep:after:1");

  private static final String WRITING =
      """
      cd /mnt/memory/notes; printf mine > own; printf 2 >> changed; rm gone; printf mine > clash
      until test -e /workspace/go; do sleep 0.01; done; cd; cat /mnt/memory/rules/*\
      """;
  private static final String READING = "cd /mnt/memory/notes; head -n 9 *; cd";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> settings = new HashMap<>();
  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // by the first start
  private FaultChild child;

  private int deaths;
  private String agent = "";
  private String environment = "";

  @Test
  void nothingIsLostAndBothAreEqualInTheEnd() throws Exception {
    try (var model = ScriptedMessages.start()) {
      model.otherwise(KilledWithMemoryTest::reply);
      settings.put("DROVER_ANTHROPIC_BASE_URL", model.uri().toString());
      settings.put("DROVER_LOG_LEVEL", "warning");
      settings.put("DROVER_WORKSPACES_KIND", "directory");
      start();
      environment = id(sent("/v1/environments", Json.obj("name", "here")));
      agent = id(sent("/v1/agents", FaultScenario.AGENT));
      for (var fault : FAULTS) {
        play(fault);
      }
      child.close();
    }
  }

  private static Script reply(ScriptedMessages.Request request) {
    var messages = request.body().items("messages");
    return messages.getLast().toString().contains("tool_result")
        ? Script.reply().text("done")
        : Script.reply()
            .toolUse(
                "bash",
                Json.obj(
                    "command",
                    messages.getLast().toString().contains("write") ? WRITING : READING));
  }

  private void play(String fault) throws Exception {
    deaths = 0;
    var store = store("Notes", "changed", "gone", "clash");
    var rules = store("Rules", "rule");
    var session =
        id(
            sent(
                "/v1/sessions",
                Json.obj(
                    "agent",
                    agent,
                    "environment_id",
                    environment,
                    "resources",
                    List.of(
                        Json.obj("type", "memory_store", "memory_store_id", store),
                        Json.obj(
                            "type",
                            "memory_store",
                            "memory_store_id",
                            rules,
                            "access",
                            "read_only")))));
    child.arm(fault);
    say(session, "write");
    var home = directory.resolve("data/workspaces").resolve(session);
    while (!isMine(home.resolve("memory/notes/clash"))) {
      revive(10);
    }
    var clash = memory(store, "/clash");
    sent("/v1/memory_stores/" + store + "/memories/" + id(clash), Json.obj("content", "theirs"));
    if (!Files.exists(home.resolve("workspace/go"))) {
      Files.createFile(home.resolve("workspace/go"));
    }
    assertThat(result(session, 1)).as(fault).contains("rule").contains("yours was kept as");
    assertThat(contents(store))
        .as(fault)
        .isEqualTo(Map.of("/changed", "12", "/clash", "theirs", "/own", "mine"));
    answer(
        request("/v1/memory_stores/" + store + "/memories/" + id(memory(store, "/own"))).DELETE(),
        Set.of(200, 404));
    say(session, "read");
    assertThat(result(session, 2))
        .as(fault)
        .contains("==> changed <==\n12")
        .contains("==> clash <==\ntheirs")
        .doesNotContain("own", "gone");
    assertThat(contents(store)).as(fault).isEqualTo(Map.of("/changed", "12", "/clash", "theirs"));
    assertThat(versions(store)).as(fault).contains("/clash mine", "/own mine", "/changed 12");
    assertThat(deaths).as(fault).isEqualTo(1);
  }

  private static boolean isMine(Path file) {
    try {
      return Files.readString(file).equals("mine");
    } catch (IOException _) {
      return false; // not yet
    }
  }

  private static String id(Json.Obj made) {
    return String.valueOf(made.text("id"));
  }

  private String store(String name, String... memories) throws Exception {
    var store = id(sent("/v1/memory_stores", Json.obj("name", name)));
    for (var memory : memories) {
      sent(
          "/v1/memory_stores/" + store + "/memories",
          Json.obj("path", "/" + memory, "content", memory.equals("rule") ? "rule" : "1"));
    }
    return store;
  }

  private Map<String, Json.Obj> memories(String store) throws Exception {
    var memories = new TreeMap<String, Json.Obj>();
    for (var one : items("/v1/memory_stores/" + store + "/memories?view=full&limit=20").toList()) {
      memories.put(String.valueOf(one.text("path")), one);
    }
    return memories;
  }

  private Json.Obj memory(String store, String path) throws Exception {
    return memories(store).getOrDefault(path, Json.EMPTY);
  }

  private Map<String, String> contents(String store) throws Exception {
    var contents = new TreeMap<String, String>();
    memories(store)
        .forEach((path, memory) -> contents.put(path, String.valueOf(memory.text("content"))));
    return contents;
  }

  private List<String> versions(String store) throws Exception {
    return items("/v1/memory_stores/" + store + "/memory_versions?view=full&limit=20")
        .map(version -> version.text("path") + " " + version.text("content"))
        .toList();
  }

  private Stream<Json.Obj> items(String path) throws Exception {
    return answer(request(path), Set.of(200)).items("data").stream().map(Json.Obj.class::cast);
  }

  private List<Json.Obj> events(String session) throws Exception {
    return items("/v1/sessions/" + session + "/events?limit=1000").toList();
  }

  private void say(String session, String text) throws Exception {
    sent(
        "/v1/sessions/" + session + "/events",
        Json.obj("events", List.of(FaultScenario.message(text))));
  }

  private String result(String session, int turns) throws Exception {
    while (FaultScenario.ofType(events(session), "session.status_idle").size() < turns) {
      revive(10);
    }
    assertThat(DroverClient.type(events(session).getLast())).isEqualTo("session.status_idle");
    var results = FaultScenario.ofType(events(session), "agent.tool_result");
    assertThat(results).hasSize(turns);
    return String.valueOf(((Json.Obj) results.getLast().items("content").getFirst()).text("text"));
  }

  private Json.Obj sent(String path, Json.Obj body) throws Exception {
    return answer(
        request(path)
            .header("content-type", "application/json")
            .header("Idempotency-Key", "one-" + System.nanoTime())
            .POST(BodyPublishers.ofString(body.toString())),
        Set.of(200));
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

  private void start() throws Exception {
    var log = new File(directory.toFile(), "log");
    child = FaultChild.start(directory.resolve("data"), log, settings).orElseThrow();
  }
}
