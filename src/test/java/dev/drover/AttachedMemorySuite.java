package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.Commands;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Memory stores as directories of real sandboxes: what agents write there becomes memories, and
/// what others write appears there.
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AttachedMemorySuite {
  private static final String NOTES = "/mnt/memory/team-notes";

  private final ScriptedMessages model = ScriptedMessages.start();
  private final List<Drover> nodes = new ArrayList<>();
  private Path directory;
  private String agent = "";
  private String environment = "";
  private int calls;

  /// The URLs of the databases of the nodes; an empty one: SQLite.
  abstract List<String> databases();

  /// Removes the databases, when the nodes have stopped.
  void release() {}

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    directory = temporary;
    for (var database : databases()) {
      nodes.add(node("data-" + nodes.size(), database));
    }
    try (var client = client(0)) {
      var pattern = client.get("/v1/sessions/" + client.session("scripted"));
      agent = String.valueOf(pattern.object("agent").text("id"));
      environment = String.valueOf(pattern.text("environment_id"));
    }
  }

  @AfterAll
  void stop() {
    nodes.forEach(Drover::close);
    model.close();
    release();
  }

  private Drover node(String data, String database) throws InterruptedException {
    var flags = new HashMap<String, String>();
    flags.put("data", directory.resolve(data).toString());
    flags.put("port", "0");
    flags.put("anthropic.base_url", model.uri().toString());
    flags.put("anthropic.api_key", "sk-model");
    flags.put("api_key", "sk-test-key");
    flags.put("nodes.lapse_ms", "60000"); // no node is dead because the machine is busy
    flags.put("workspaces.kind", "directory");
    if (!database.isEmpty()) {
      flags.put("database_url", database);
    }
    return new Drover(Config.read(flags, Map.of()));
  }

  private DroverClient client(int node) {
    return new DroverClient(nodes.get(node % nodes.size()).url(), "sk-test-key");
  }

  private String store(String name) {
    try (var client = client(0)) {
      return String.valueOf(client.post("/v1/memory_stores", Json.obj("name", name)).text("id"));
    }
  }

  /// An agent's session with stores, on one of the nodes.
  private final class Talk {
    final int node;
    final String session;

    Talk(int node, Json.Obj... stores) {
      this.node = node;
      try (var client = client(node)) {
        var request =
            Json.obj("agent", agent, "environment_id", environment, "resources", List.of(stores));
        session = String.valueOf(client.post("/v1/sessions", request).text("id"));
      }
    }

    /// The result of a command that the agent runs.
    String run(String command) {
      return call("bash", Json.obj("command", command));
    }

    String call(String tool, Json.Obj input) {
      say(tool, input);
      return result();
    }

    void say(String tool, Json.Obj input) {
      model.script(Script.reply().toolUse(tool, input), Script.reply().text("done"));
      try (var client = client(node)) {
        client.say(session, "Go on");
      }
    }

    /// The result of the last call, when its turn has ended.
    String result() {
      try (var client = client(node)) {
        // A turn that fills a store takes long on a busy machine.
        await()
            .atMost(Duration.ofMinutes(4))
            .until(
                () ->
                    client.types(session).stream()
                        .reduce("", (_, last) -> last)
                        .equals("session.status_idle"));
        var result =
            client.events(session).stream()
                .filter(event -> DroverClient.type(event).equals("agent.tool_result"))
                .toList()
                .getLast();
        return String.valueOf(((Json.Obj) result.items("content").getFirst()).text("text"));
      }
    }
  }

  private static Json.Obj attached(String store) {
    return Json.obj("type", "memory_store", "memory_store_id", store);
  }

  private static Json.Obj readable(String store) {
    return attached(store).with("access", "read_only");
  }

  private Talk talk(int node, String store) {
    return new Talk(node, attached(store));
  }

  /// The contents of a store, by path.
  private Map<String, String> memories(String store) {
    var memories = new TreeMap<String, String>();
    try (var client = client(calls++)) {
      var path = "/v1/memory_stores/" + store + "/memories?view=full&limit=20";
      var page = client.get(path);
      while (true) {
        for (var one : page.items("data")) {
          var memory = (Json.Obj) one;
          memories.put(String.valueOf(memory.text("path")), String.valueOf(memory.text("content")));
        }
        if (page.text("next_page") == null) {
          return memories;
        }
        page = client.get(path + "&page=" + page.text("next_page"));
      }
    }
  }

  private List<Json.Obj> versions(String store) {
    try (var client = client(calls++)) {
      return client
          .get("/v1/memory_stores/" + store + "/memory_versions?view=full&limit=20")
          .items("data")
          .stream()
          .map(Json.Obj.class::cast)
          .toList();
    }
  }

  private String create(String store, String path, String content) {
    try (var client = client(calls++)) {
      return create(client, store, path, content);
    }
  }

  private static String create(DroverClient client, String store, String path, String content) {
    var memory =
        client.post(
            "/v1/memory_stores/" + store + "/memories", Json.obj("path", path, "content", content));
    return String.valueOf(memory.text("id"));
  }

  private void update(String store, String memory, String content) {
    try (var client = client(calls++)) {
      client.post(
          "/v1/memory_stores/" + store + "/memories/" + memory, Json.obj("content", content));
    }
  }

  @Test
  void whatAnAgentWritesBecomesVersionsOfItsSession() {
    var store = store("Team notes");
    var talk = talk(0, store);
    talk.run("cd " + NOTES + " && mkdir sub && printf one > a.md && printf two > sub/b && cd");
    assertThat(memories(store)).isEqualTo(Map.of("/a.md", "one", "/sub/b", "two"));
    talk.run("cd " + NOTES + " && printf more >> a.md && mv sub/b c && cd");
    assertThat(memories(store)).isEqualTo(Map.of("/a.md", "onemore", "/c", "two"));
    talk.run("rm " + NOTES + "/a.md");
    assertThat(memories(store)).isEqualTo(Map.of("/c", "two"));
    var versions = versions(store);
    assertThat(versions)
        .extracting(version -> version.text("operation") + " " + version.text("path"))
        .containsExactlyInAnyOrder(
            "created /a.md", "created /sub/b", "modified /a.md", "modified /c", "deleted /a.md");
    assertThat(versions)
        .allSatisfy(
            version ->
                assertThat(version.object("created_by"))
                    .isEqualTo(Json.obj("type", "session_actor", "session_id", talk.session)));
  }

  @Test
  void twoSessionsSeeEachOthersWritesAtTheirNextCalls() {
    var store = store("Team notes");
    var first = talk(0, store);
    var second = talk(1, store);
    create(store, "/from/client", "hello");
    assertThat(first.run("cat " + NOTES + "/from/client")).isEqualTo("hello");
    first.run("printf first > " + NOTES + "/a");
    assertThat(second.run("cd " + NOTES + "; cat a from/client; printf second > b; rm -r from; cd"))
        .isEqualTo("firsthello");
    assertThat(first.run("cd " + NOTES + "; cat b; find . -mindepth 1 | sort; cd"))
        .isEqualTo("second./a\n./b");
  }

  @Test
  void theFileToolsReachMemoriesAndAStoreToReadIsReadOnlyInTheFileSystem() {
    var store = store("Team notes");
    var policy = store("Policy");
    create(policy, "/rules/1.md", "be kind\n");
    var talk = new Talk(0, attached(store), readable(policy));
    talk.call("write", Json.obj("file_path", NOTES + "/x/y.md", "content", "written\n"));
    talk.call(
        "edit",
        Json.obj("file_path", NOTES + "/x/y.md", "old_string", "written", "new_string", "edited"));
    assertThat(memories(store)).isEqualTo(Map.of("/x/y.md", "edited\n"));
    assertThat(talk.call("read", Json.obj("file_path", "/mnt/memory/policy/rules/1.md")))
        .contains("be kind");
    assertThat(talk.call("grep", Json.obj("pattern", "kind", "path", "/mnt/memory")))
        .contains("1.md");
    assertThat(talk.call("write", Json.obj("file_path", "/mnt/memory/policy/new", "content", "x")))
        .contains("is inside read-only directory /mnt/memory/policy");
    assertThat(
            talk.run(
                "cd /mnt/memory/policy/rules; for c in 'echo x > 1.md' 'echo x > 2' 'rm 1.md'"
                    + " 'mkdir d' 'mv 1.md 2' 'ln 1.md 2' 'chmod 777 1.md' 'chmod 777 .'"
                    + " 'mkdir /mnt/memory/other' 'touch /mnt/memory/file'; do bash -c \"$c\" 2>&1"
                    + " | grep -c 'Read-only file system'; done; cat 1.md; cd"))
        .isEqualTo("1\n".repeat(10) + "be kind");
    create(policy, "/rules/2.md", "be brief\n");
    assertThat(talk.run("cat /mnt/memory/policy/rules/*")).isEqualTo("be kind\nbe brief");
    assertThat(memories(policy).keySet()).containsExactly("/rules/1.md", "/rules/2.md");
  }

  /// Lets an agent write the memory `/plan` in a call that goes on until the returned file exists.
  private Path writing(Talk talk, String text) {
    talk.run("true");
    var command = "printf %s > %s/plan; %s".formatted(text, NOTES, Commands.await("/workspace/go"));
    talk.say("bash", Json.obj("command", command));
    var home = directory.resolve("data-0/workspaces").resolve(talk.session);
    await().until(() -> Files.readString(home.resolve("memory/team-notes/plan")).equals(text));
    return home.resolve("workspace/go");
  }

  @Test
  void ofTwoChangesAtOnceBothAreKeptAndTheAgentIsTold() throws Exception {
    var store = store("Team notes");
    var memory = create(store, "/plan", "old");
    var talk = talk(0, store);
    var call = writing(talk, "mine");
    update(store, memory, "theirs");
    Files.createFile(call);
    var kept =
        "[memory] /plan in \"team-notes\" was changed meanwhile. The file has"
            + " that text; yours was kept as version ";
    assertThat(talk.result()).contains(kept);
    assertThat(talk.run("cat " + NOTES + "/plan")).isEqualTo("theirs");
    assertThat(versions(store))
        .extracting(version -> String.valueOf(version.text("content")))
        .containsExactly("theirs", "mine", "theirs", "old");
    var lost = versions(store).get(1);
    assertThat(talk.result()).doesNotContain(kept);
    assertThat(lost.object("created_by").text("session_id")).isEqualTo(talk.session);
  }

  @Test
  void whatCannotBeAMemoryStaysAFileAndTheAgentIsToldOnce() {
    var store = store("Team notes");
    create(store, "/kept/inside", "kept");
    create(store, "/clash", "clash");
    var talk = talk(0, store);
    var result =
        talk.run(
            """
            cd %s
            ln -s /etc/passwd link; ln -s /workspace dirlink; mkfifo fifo; printf '\\377' > latin1
            head -c 102401 /dev/zero | tr '\\0' x > big; head -c 102400 /dev/zero | tr '\\0' x > most
            printf 'a\\0b' > nul; printf x > $'line\\nbreak'; printf x > $'e\\u0301'; printf x > $'\\377'
            printf x > closed; chmod 000 closed; chmod 000 kept; printf x > .anthropic-memory-store
            printf x > .drover-x; rm clash; mkdir clash; printf x > clash/below; mkdir empty
            d=.; for i in $(seq 21); do d=$d/d; done; mkdir -p $d; printf x > $d/deep
            printf fine > fine; cd
            """
                .formatted(NOTES));
    assertThat(result.lines().filter(line -> line.startsWith("[memory] ")))
        .containsExactlyInAnyOrder(
            line("/link", "it is not a regular file"),
            line("/dirlink", "it is not a regular file"),
            line("/fifo", "it is not a regular file"),
            line("/latin1", "it is not text in UTF-8"),
            line("/big", "it has more than 102,400 bytes"),
            line("/nul", "it contains the character U+0000"),
            line(
                "/line?break",
                "its path must not contain control or format characters, or line or paragraph"
                    + " separators"),
            line("/e\u0301", "its path must be in Unicode Normalization Form C"),
            line("/%ff", "its name is not UTF-8"),
            line("/.drover-x", "names that begin with \".drover-\" are reserved"),
            line("/closed", "it cannot be read"),
            line("/kept/inside", "its directory cannot be read"),
            line(
                "/.anthropic-memory-store",
                "its path \"/.anthropic-memory-store\" is reserved for clients that sync a store"),
            line("/d".repeat(21) + "/deep", "its path must have at most 20 segments"));
    assertThat(memories(store).keySet())
        .containsExactly("/clash/below", "/fine", "/kept/inside", "/most");
    assertThat(talk.run("printf more >> " + NOTES + "/fine")).doesNotContain("[memory]");
    create(store, "/dirlink/escaped", "x");
    var here =
        talk.run(
            "ls /workspace; cd %s; chmod 700 kept; rm dirlink latin1; ls; cd".formatted(NOTES));
    assertThat(here.lines().filter(line -> !line.startsWith("[memory]")))
        .contains("most")
        .doesNotContain("escaped");
    assertThat(talk.run("cat %s/dirlink/escaped %s/kept/inside".formatted(NOTES, NOTES)))
        .isEqualTo("xkept");
  }

  private static String line(String path, String reason) {
    return "[memory] %s in \"team-notes\" is not stored: %s.".formatted(path, reason);
  }

  @Test
  void aMemoryWhosePlaceIsTakenIsReportedOnce() {
    var store = store("Team notes");
    var talk = talk(0, store);
    talk.run(
        "cd %s; ln -s /etc/hostname link; ln -s /tmp way; mkdir taken; printf '\\377' > taken/x; cd"
            .formatted(NOTES));
    create(store, "/link", "a");
    create(store, "/way/x", "b");
    create(store, "/taken", "c");
    var hidden = "[memory] %s in \"team-notes\" is in the store, but is not shown as a file: %s.";
    var way = "something else has its place, or that of its directory";
    assertThat(talk.run("true"))
        .contains(
            hidden.formatted(
                "/link", "what is there cannot be a memory (it is not a regular file)"),
            hidden.formatted("/way/x", way),
            hidden.formatted("/taken", way));
    assertThat(talk.run("true")).doesNotContain("[memory]");
    assertThat(talk.run("cd %s; rm -r link way taken; cd".formatted(NOTES)))
        .doesNotContain("[memory]");
    assertThat(talk.run("cd %s; cat link way/x taken; cd".formatted(NOTES))).isEqualTo("abc");
  }

  @Test
  void anAgentIsToldThatItWroteADeletedMemoryAnew() throws Exception {
    var store = store("Team notes");
    var memory = create(store, "/plan", "old");
    var talk = talk(0, store);
    var call = writing(talk, "mine");
    try (var client = client(calls++)) {
      client.delete("/v1/memory_stores/" + store + "/memories/" + memory);
    }
    Files.createFile(call);
    assertThat(talk.result())
        .contains(
            "[memory] /plan in \"team-notes\" was deleted from the store meanwhile;"
                + " what you wrote is a new memory.");
    assertThat(memories(store)).isEqualTo(Map.of("/plan", "mine"));
  }

  @Test
  void anArchivedStoreIsReadAndADeletedOneIsAnnounced() {
    var store = store("Team notes");
    create(store, "/a", "one");
    var talk = talk(0, store);
    assertThat(talk.run("cat " + NOTES + "/a")).isEqualTo("one");
    try (var client = client(0)) {
      client.post("/v1/memory_stores/" + store + "/archive", Json.obj());
    }
    assertThat(talk.run("cat " + NOTES + "/a; printf two > " + NOTES + "/b"))
        .isEqualTo(
            "one\n[memory] /b in \"team-notes\" is not stored: cannot modify archived resource.");
    assertThat(memories(store)).isEqualTo(Map.of("/a", "one"));
    try (var client = client(0)) {
      client.delete("/v1/memory_stores/" + store);
    }
    var gone = "[memory] The memory store was deleted. What is written to " + NOTES;
    assertThat(talk.run("printf three > " + NOTES + "/c; cat " + NOTES + "/*"))
        .startsWith(gone)
        .endsWith("onetwothree");
    assertThat(talk.run("ls " + NOTES)).isEqualTo("a\nb\nc");
  }

  @Test
  void manyMemoriesOfOneAgentAreReadByAnother() {
    var store = store("Team notes");
    var first = talk(0, store);
    first.run("cd %s; for i in $(seq 200); do printf $i > $i.md; done; cd".formatted(NOTES));
    var second = talk(1, store);
    assertThat(second.run("cd %s; ls | wc -l; rm 1?.md; cd".formatted(NOTES))).isEqualTo("200");
    assertThat(first.run("ls %s | wc -l".formatted(NOTES))).isEqualTo("190");
  }

  /// Fills a store to its limit, the last part of it by one agent, and reads it by another. That
  /// takes thousands of requests.
  @Test
  @Tag("soak")
  void aStoreIsFilledByOneAgentAndReadByAnother() {
    var store = store("Team notes");
    try (var client = client(0)) {
      for (int i = 1; i <= 1_980; i++) {
        create(client, store, "/" + i + ".md", Integer.toString(i));
      }
    }
    var first = talk(0, store);
    first.say(
        "bash",
        Json.obj(
            "command",
            "cd %s; for i in $(seq 1981 2001); do printf $i > $i.md; done; cd".formatted(NOTES)));
    assertThat(first.result())
        .endsWith("is not stored: This store holds 2,000 memories, the most that one may.");
    assertThat(memories(store)).hasSize(2_000);
    var second = talk(1, store);
    second.say("bash", Json.obj("command", "cd %s; ls | wc -l; rm 1?.md; cd".formatted(NOTES)));
    assertThat(second.result()).startsWith("2000");
    await()
        .pollInterval(Duration.ofSeconds(2)) // to list them all takes a hundred requests
        .until(() -> memories(store).size() == 1_990);
    assertThat(first.run("ls %s | wc -l".formatted(NOTES))).isEqualTo("1991");
    assertThat(second.run("ls %s | wc -l".formatted(NOTES))).isEqualTo("1991");
  }

  @Test
  void whatAProcessWritesAtRestIsStoredWithinSeconds() throws Exception {
    var store = store("Team notes");
    var talk = talk(0, store);
    talk.run("(" + Commands.await("/workspace/go") + "; echo x > " + NOTES + "/late) &");
    var workspace = directory.resolve("data-0/workspaces").resolve(talk.session);
    Files.createFile(workspace.resolve("workspace/go"));
    await().until(() -> memories(store).containsKey("/late"));
  }

  @Test
  void aSessionGoesOnAfterItsServerHasStopped() throws Exception {
    var store = store("Team notes");
    var kept = create(store, "/kept", "1");
    create(store, "/gone", "1");
    var talk = talk(0, store);
    talk.run("printf 1 > %s/own; ls %s".formatted(NOTES, NOTES));
    nodes.getFirst().close();
    nodes.set(0, node("data-0", databases().getFirst()));
    try (var client = client(0)) {
      var gone =
          client
              .get("/v1/memory_stores/" + store + "/memories?path_prefix=/")
              .items("data")
              .stream()
              .map(Json.Obj.class::cast)
              .filter(memory -> "/gone".equals(memory.text("path")))
              .findFirst()
              .orElseThrow();
      client.delete("/v1/memory_stores/" + store + "/memories/" + gone.text("id"));
    }
    update(store, kept, "2");
    assertThat(talk.run("cd %s; ls; cat kept; rm own; cd".formatted(NOTES)))
        .contains("kept\nown\n2");
    assertThat(memories(store)).isEqualTo(Map.of("/kept", "2"));
  }

  @Test
  void theModelIsToldOfItsStores() {
    var store = store("Team notes");
    var talk =
        new Talk(0, attached(store).with("instructions", "Read them first."), readable(store("Ä")));
    talk.run("true");
    var systems =
        model.requests().stream()
            .map(request -> request.body().get("system").orElse(Json.NULL).toString())
            .filter(system -> system.contains("Read them first."))
            .distinct()
            .toList();
    assertThat(systems).hasSize(1);
    assertThat(systems.getFirst())
        .contains("/mnt/memory/team-notes (\\\"Team notes\\\", can be read and written)")
        .contains("Instructions for /mnt/memory/team-notes: Read them first.")
        .contains("/mnt/memory/store (\\\"Ä\\\", can only be read)");
  }
}
