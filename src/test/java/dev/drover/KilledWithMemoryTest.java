package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.Commands;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
      %s; cd; cat /mnt/memory/rules/*\
      """
          .formatted(Commands.await("/workspace/go"));
  private static final String READING = "cd /mnt/memory/notes; head -n 9 *; cd";

  @TempDir Path directory;
  private final ScriptedMessages model =
      ScriptedMessages.start().otherwise(KilledWithMemoryTest::reply);

  @SuppressWarnings("NullAway.Init") // before each test
  private FaultClient client;

  @BeforeEach
  void start() throws Exception {
    client = new FaultClient(directory, model, Map.of("DROVER_WORKSPACES_KIND", "directory"));
  }

  @AfterEach
  void stop() {
    client.close();
    model.close();
  }

  @Test
  void nothingIsLostAndBothAreEqualInTheEnd() throws Exception {
    var environment = id(client.sent("/v1/environments", Json.obj("name", "here"), 200));
    var agent = id(client.sent("/v1/agents", FaultScenario.AGENT, 200));
    for (var fault : FaultSample.of(FAULTS, 6, 12)) {
      play(fault, agent, environment);
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

  private void play(String fault, String agent, String environment) throws Exception {
    var store = store("Notes", "changed", "gone", "clash");
    var rules = store("Rules", "rule");
    var session =
        id(
            client.sent(
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
                            "read_only"))),
                200));
    client.arm(fault);
    client.tell(session, "write");
    var home = directory.resolve("data/workspaces").resolve(session);
    while (!isMine(home.resolve("memory/notes/clash"))) {
      client.revive(FaultChild.PACE_MILLIS);
    }
    var clash = memory(store, "/clash");
    client.sent(
        "/v1/memory_stores/" + store + "/memories/" + id(clash),
        Json.obj("content", "theirs"),
        200);
    if (!Files.exists(home.resolve("workspace/go"))) {
      Files.createFile(home.resolve("workspace/go"));
    }
    assertThat(result(session, 1)).as(fault).contains("rule").contains("yours was kept as");
    assertThat(contents(store))
        .as(fault)
        .isEqualTo(Map.of("/changed", "12", "/clash", "theirs", "/own", "mine"));
    client.deleted(
        "/v1/memory_stores/" + store + "/memories/" + id(memory(store, "/own")), 200, 404);
    client.tell(session, "read");
    assertThat(result(session, 2))
        .as(fault)
        .contains("==> changed <==\n12")
        .contains("==> clash <==\ntheirs")
        .doesNotContain("own", "gone");
    assertThat(contents(store)).as(fault).isEqualTo(Map.of("/changed", "12", "/clash", "theirs"));
    assertThat(versions(store)).as(fault).contains("/clash mine", "/own mine", "/changed 12");
    assertThat(client.deaths()).as(fault).isEqualTo(1);
  }

  private String store(String name, String... memories) throws Exception {
    var store = id(client.sent("/v1/memory_stores", Json.obj("name", name), 200));
    for (var memory : memories) {
      client.sent(
          "/v1/memory_stores/" + store + "/memories",
          Json.obj("path", "/" + memory, "content", memory.equals("rule") ? "rule" : "1"),
          200);
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
    return client.get(path).items("data").stream().map(Json.Obj.class::cast);
  }

  private String result(String session, int turns) throws Exception {
    client.untilIdle(session, turns);
    var results = FaultScenario.ofType(client.events(session), "agent.tool_result");
    assertThat(results).hasSize(turns);
    return String.valueOf(((Json.Obj) results.getLast().items("content").getFirst()).text("text"));
  }
}
