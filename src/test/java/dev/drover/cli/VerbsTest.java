package dev.drover.cli;

import static dev.drover.testing.ScriptedModel.textBlock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.testing.DroverClient;
import dev.drover.testing.ResourceSample;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every verb against the real server.
@Timeout(30)
final class VerbsTest {
  private final Stage stage = new Stage();
  private final StageServer host = new StageServer(stage);
  private final TestShell shell = new TestShell();
  private Endpoint server =
      new Endpoint(URI.create("http://x"), StageServer.KEY, () -> {}, () -> {});
  @TempDir private Path directory;

  @BeforeEach
  void open() {
    server = host.serve(Map.of());
  }

  @AfterEach
  void close() {
    server.close();
    stage.close();
  }

  private int run(String... args) {
    shell.out.reset();
    shell.err.reset();
    return shell.run(host, args);
  }

  /// The lines that a command prints with `--json`.
  private List<Json.Obj> lines(String... args) {
    var all = Arrays.copyOf(args, args.length + 1);
    all[args.length] = "--json";
    assertThat(run(all)).as(shell.err()).isZero();
    return shell.out().lines().map(line -> (Json.Obj) Json.trusted(line)).toList();
  }

  private Json.Obj json(String... args) {
    var lines = lines(args);
    assertThat(lines).hasSize(1);
    return lines.getFirst();
  }

  private String id(String... args) {
    return Column.text(json(args), "id");
  }

  @Test
  void whyASessionDoesNotMove() {
    var session = session();
    assertThat(json("sessions", "why", session).object("reason").text("type")).isEqualTo("at_rest");
    assertThat(run("sessions", "why", session)).isZero();
    assertThat(shell.out())
        .startsWith("The session is idle. Send a message to start the next turn.\n")
        .containsPattern("status +idle\nwaiting +0\n");
    assertThat(run("sessions", "why", "sesn_none")).isEqualTo(1);
    assertThat(shell.err()).contains("not found");
  }

  @Test
  void aSessionIsForked() {
    var session = session();
    var fork = json("sessions", "fork", session, "--title", "Again", "--model", "claude-other");
    assertThat(fork.object("forked_from"))
        .isEqualTo(Json.obj("session_id", session, "position", 0));
    var made = fork.object("session");
    assertThat(made.text("title")).isEqualTo("Again");
    assertThat(made.object("agent").object("model").text("id")).isEqualTo("claude-other");
    assertThat(run("sessions", "why", Column.text(made, "id"))).isZero();
    assertThat(shell.out()).containsPattern("forked from +" + session + ", position 0\n");
    assertThat(run("sessions", "retrieve", Column.text(made, "id"))).isZero();
    assertThat(shell.out()).containsPattern("forked_from +" + session + ", position 0\n");
    assertThat(json("sessions", "retrieve", Column.text(made, "id")).get("forked_from")).isEmpty();
    var other = json("sessions", "fork", session, "--profile", "default").object("session");
    assertThat(other.object("metadata").text("drover.profile")).isEqualTo("default");
    assertThat(run("sessions", "fork", session, "--at", "0", "--no-files")).isZero();
    assertThat(shell.out()).containsPattern("title +Cleaning\n");
    assertThat(shell.err()).contains("begins without files. The session had no files");
    assertThat(run("sessions", "fork", session, "--at", "sevt_none")).isEqualTo(1);
    assertThat(shell.err()).contains("at: the log of the session does not have event sevt_none");
  }

  @Test
  void theContextOfASessionIsShownAndANewChapterAskedFor() throws Exception {
    var session = session();
    var context = json("sessions", "context", session);
    assertThat(context.object("profile").text("name")).isEqualTo("claude");
    assertThat(context.object("gauge").number("soft_limit", 0)).isEqualTo(134_400);
    assertThat(run("sessions", "context", session)).isZero();
    assertThat(shell.out())
        .containsPattern("chapter +0, the whole log\n")
        .containsPattern("profile +claude@1\n")
        .containsPattern("next chapter from +134,400 tokens\n")
        .containsPattern("PART +COUNT +TOKENS +CHARACTERS\n")
        .containsPattern("tools +6 +[\\d,]+ +[\\d,]+\n")
        .containsPattern("  results +0 +0 +0\n")
        .doesNotContain("Left out", "asked for");
    var asked = json("sessions", "compact", session);
    assertThat(asked.number("requested_at", 0)).isPositive();
    assertThat(json("sessions", "compact", session)).isEqualTo(asked);
    assertThat(run("sessions", "context", session)).isZero();
    assertThat(shell.out()).containsPattern("asked for +a new chapter, at #1\n");
    var words = json("sessions", "compact", session, "--instructions", "Keep the key.");
    assertThat(words.text("instructions")).isEqualTo("Keep the key.");
    assertThat(words.number("requested_at", 0)).isEqualTo(2);
    assertThat(run("sessions", "context", "sesn_none")).isEqualTo(1);
  }

  @Test
  void aSessionIsExportedAndImported() {
    var session = session();
    var file = directory.resolve("session.tar").toString();
    assertThat(run("sessions", "export", session, "-o", file)).isZero();
    assertThat(shell.err()).contains("wrote " + file);
    var environment = id("environments", "create", "--name", "e" + System.nanoTime());
    var made =
        json(
            "sessions", "import", file, "--agent", agent("Coder"), "--environment-id", environment);
    assertThat(made.object("imported_from"))
        .isEqualTo(Json.obj("session_id", session, "position", 0));
    assertThat(made.items("left_out")).isEmpty();
    assertThat(made.object("session").text("title")).isEqualTo("Cleaning");
    assertThat(run("sessions", "why", Column.text(made.object("session"), "id"))).isZero();
    assertThat(shell.out()).containsPattern("imported from +" + session + ", position 0\n");
    var other = agent("Other");
    assertThat(run("sessions", "import", file, "--agent", other, "--environment-id", environment))
        .isZero();
    assertThat(shell.err()).contains("The new session does not have: agent.");
    assertThat(run("sessions", "import", file)).isNotZero();
    assertThat(shell.err()).contains("--agent is missing");
    assertThat(run("sessions", "export", session, "--public", "-o", file)).isZero();
    assertThat(run("sessions", "import", file, "--agent", other, "--environment-id", environment))
        .isEqualTo(1);
    assertThat(shell.err()).contains("it is public");
    assertThat(run("sessions", "export", "sesn_none", "-o", file)).isEqualTo(1);
  }

  @Test
  void theDoctorAsksTheServerThatListens() {
    stage.queue("nobody takes it up");
    run("doctor");
    assertThat(shell.out())
        .contains(
            "server", "0 brains active", "node", "this one", "1 session, the oldest waiting for")
        .contains(stage.session() + "  The session is in the queue");
    server.close();
    assertThat(run("doctor")).isZero();
    assertThat(shell.out()).contains("no server at http://127.0.0.1:");
  }

  private String agent(String name) {
    return id("agents", "create", "--name", name, "--model", "claude-test", "--tool", "all");
  }

  private String session() {
    var environment = id("environments", "create", "--name", "e" + System.nanoTime());
    return id(
        "sessions",
        "create",
        "--agent",
        agent("Coder"),
        "--environment-id",
        environment,
        "--title",
        "Cleaning");
  }

  @Test
  void agentsAreMadeShownChangedListedAndArchived() throws IOException {
    var prompt = Files.writeString(directory.resolve("prompt.txt"), "Be brief.\n");
    var made =
        json(
            "agents",
            "create",
            "--name",
            "Coder",
            "--model",
            "claude-test",
            "--system",
            "@" + prompt,
            "--description",
            "\\@home",
            "--tool",
            "all",
            "--metadata",
            "team=web",
            "--metadata",
            "a=b=c");
    var id = Column.text(made, "id");
    assertThat(made.text("system")).isEqualTo("Be brief.\n");
    assertThat(made.text("description")).isEqualTo("@home");
    assertThat(made.object("metadata")).isEqualTo(Json.obj("team", "web", "a", "b=c"));
    assertThat(made.items("tools")).hasSize(1);

    var changed =
        json(
            "agents",
            "update",
            id,
            "--version",
            "1",
            "--name",
            "Writer",
            "--metadata",
            "x=y",
            "--remove-metadata",
            "team");
    assertThat(changed.number("version", 0)).isEqualTo(2);
    assertThat(changed.object("metadata")).isEqualTo(Json.obj("a", "b=c", "x", "y"));
    assertThat(json("agents", "retrieve", id).text("name")).isEqualTo("Writer");
    assertThat(json("agents", "retrieve", id, "--version", "1").text("name")).isEqualTo("Coder");
    assertThat(lines("agents", "versions", id)).hasSize(2);
    assertThat(lines("agents", "versions", id, "--limit", "1")).hasSize(1);

    assertThat(run("agents", "update", id, "--version", "1", "--name", "Other")).isEqualTo(1);
    assertThat(shell.err()).startsWith("drover: ").doesNotContain("req_");
    assertThat(run("agents", "update", id, "--version", "1", "--name", "Other", "--verbose"))
        .isEqualTo(1);
    assertThat(shell.err()).startsWith("drover: ").contains("conflict_error, req_");
    assertThat(run("agents", "update", id)).isEqualTo(2);
    assertThat(shell.err()).contains("no changes given");

    assertThat(json("agents", "archive", id).text("archived_at")).isNotNull();
    assertThat(lines("agents", "list")).isEmpty();
    assertThat(id("agents", "list", "--include-archived")).isEqualTo(id);
  }

  @Test
  void aListIsAllPagesAsFarAsItIsAskedFor() {
    try (var client = new DroverClient(server.url(), StageServer.KEY.reveal())) {
      for (int i = 0; i < 105; i++) {
        client.post("/v1/agents", Json.obj("name", "Agent " + i, "model", "claude-test"));
      }
    }
    assertThat(lines("agents", "list")).hasSize(105).doesNotHaveDuplicates();
    assertThat(lines("agents", "list", "--limit", "101")).hasSize(101);
    assertThat(lines("agents", "list", "--created-at-gte", "2100-01-01T00:00:00Z")).isEmpty();
    assertThat(run("agents", "list", "--limit", "2")).isZero();
    assertThat(shell.out().lines().toList())
        .hasSize(3)
        .first()
        .asString()
        .matches("ID +NAME +MODEL +VERSION +UPDATED +STATE");
    assertThat(run("agents", "list", "--limit", "0")).isEqualTo(2);
    assertThat(run("agents", "list", "--created-at-gte", "yesterday")).isEqualTo(1);
    assertThat(shell.err()).contains("--created-at-gte: ");
  }

  @Test
  void aBodyCanBeYamlOrJsonFromAnywhereAndFlagsGoBeforeIt() throws IOException {
    var file =
        Files.writeString(
            directory.resolve("agent.yaml"),
            """
            name: From a file
            model: {id: claude-test}
            system: |
              Line one.
              Line two.
            tools:
              - type: agent_toolset_20260401
            """);
    var made = json("agents", "create", "--body", "@" + file, "--name", "From a flag");
    assertThat(made.text("name")).isEqualTo("From a flag");
    assertThat(made.text("system")).isEqualTo("Line one.\nLine two.\n");
    shell.input = "{\"name\":\"From input\",\"model\":\"claude-test\"}";
    assertThat(json("agents", "create", "--body", "-").text("name")).isEqualTo("From input");
    assertThat(json("agents", "create", "--body", "{name: Here, model: claude-test}").text("name"))
        .isEqualTo("Here");

    assertThat(run("agents", "create")).isEqualTo(2);
    assertThat(shell.err()).startsWith("drover agents create: --name is missing\n");
    for (var wrong :
        List.of("{name: [}", "[1]", "{1: x}", "&a [*a]", "@" + directory.resolve("none"))) {
      assertThat(run("agents", "create", "--body", wrong)).as(wrong).isEqualTo(2);
      assertThat(shell.err()).startsWith("drover agents create: --body");
    }
    assertThat(run("agents", "create", "--body", "{name: a, model: claude-test, surprise: 1}"))
        .isEqualTo(1);
    assertThat(shell.err()).contains("surprise");
  }

  static Stream<ResourceSample<?>> kinds() {
    return ResourceSample.all();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyKindOfResourceHasItsCommands(ResourceSample<?> sample) {
    var kind = sample.kind();
    var group = kind.type().replace('_', '-') + "s";
    var body = sample.body("one").with("metadata", Json.obj("k", "v"));
    if (body.get("model").isPresent()) {
      body = body.with("model", "claude-test");
    }
    var id = id(group, "create", "--body", body.toString());
    assertThat(id).startsWith(kind.prefix());
    assertThat(json(group, "retrieve", id).object("metadata").text("k")).isEqualTo("v");
    assertThat(json(group, "update", id, "--metadata", "k=w").object("metadata").text("k"))
        .isEqualTo("w");
    assertThat(lines(group, "list")).extracting(one -> one.text("id")).containsExactly(id);
    assertThat(run(group, "list")).isZero();
    assertThat(shell.out()).contains(id);
    if (kind.versioned()) {
      assertThat(lines(group, "versions", id)).hasSize(2);
    }
    assertThat(json(group, "archive", id).text("archived_at")).isNotNull();
    assertThat(lines(group, "list")).isEmpty();
    assertThat(lines(group, "list", "--include-archived")).hasSize(1);
    if (kind.deletable()) {
      assertThat(json(group, "delete", id))
          .isEqualTo(Json.obj("id", id, "type", kind.type() + "_deleted"));
      assertThat(run(group, "retrieve", id)).isEqualTo(1);
    }
  }

  @Test
  void environmentsAreMadeShownChangedListedArchivedAndDeleted() {
    var made =
        json(
            "environments",
            "create",
            "--name",
            "shop",
            "--description",
            "For the shop",
            "--config",
            "{type: cloud, networking: {type: limited, allowed_hosts: [a.example]}}");
    var id = Column.text(made, "id");
    assertThat(made.object("config").object("networking").text("type")).isEqualTo("limited");
    assertThat(json("environments", "update", id, "--description", "New").text("description"))
        .isEqualTo("New");
    assertThat(json("environments", "retrieve", id).text("name")).isEqualTo("shop");
    assertThat(run("environments", "create", "--name", "shop", "--verbose")).isEqualTo(1);
    assertThat(shell.err()).contains("conflict_error");
    assertThat(id("environments", "list")).isEqualTo(id);
    assertThat(json("environments", "archive", id).text("archived_at")).isNotNull();
    assertThat(lines("environments", "list")).isEmpty();
    assertThat(json("environments", "delete", id))
        .isEqualTo(Json.obj("id", id, "type", "environment_deleted"));
    assertThat(run("environments", "retrieve", id)).isEqualTo(1);
    assertThat(shell.err()).contains("not found");
  }

  @Test
  void sessionsAreMadeShownListedArchivedAndDeleted() {
    var id = session();
    assertThat(json("sessions", "retrieve", id).text("title")).isEqualTo("Cleaning");
    var agent = Column.text(json("sessions", "retrieve", id).object("agent"), "id");
    assertThat(id("sessions", "list", "--agent-id", agent, "--status", "idle")).isEqualTo(id);
    assertThat(lines("sessions", "list", "--agent-id", agent, "--status", "running")).isEmpty();
    assertThat(lines("sessions", "list", "--order", "asc").getLast().text("id")).isEqualTo(id);
    assertThat(run("sessions", "list", "--order", "up")).isEqualTo(1);
    assertThat(run("sessions", "list", "--agent-id", agent)).isZero();
    assertThat(shell.out()).contains("ID ", "STATUS", id, "idle", "Coder", "Cleaning");
    assertThat(run("sessions", "update", id)).isEqualTo(2);
    assertThat(json("sessions", "archive", id).text("status")).isEqualTo("terminated");
    assertThat(run("events", "stream", id)).isZero();
    assertThat(shell.out()).contains("session.status_terminated");
    assertThat(json("sessions", "delete", id).text("type")).isEqualTo("session_deleted");
    assertThat(run("sessions", "retrieve", id)).isEqualTo(1);
  }

  @Test
  void anUpdateOfASessionSendsWhatIsGiven() {
    try (var canned = new CannedServer()) {
      var path = "/v1/sessions/" + CannedServer.SESSION;
      shell.run(
          canned,
          "sessions",
          "update",
          CannedServer.SESSION,
          "--title",
          "New",
          "--metadata",
          "a=1",
          "--remove-metadata",
          "b");
      assertThat(canned.bodies("POST " + path))
          .containsExactly("{\"title\":\"New\",\"metadata\":{\"a\":\"1\",\"b\":null}}");
    }
  }

  @Test
  void eventsAreSentListedAndStreamed() throws Exception {
    var id = session();
    stage.model().otherwise((_, _) -> ScriptedModel.reply("end_turn", textBlock("One.")));
    try (var scope = new Scope()) {
      var other = new TestShell();
      var streamed =
          scope.fork(() -> other.run(host, "events", "stream", id, "--until-idle", "--json"));
      // The stream is live only: say something until it was there to hear the turn's end.
      await()
          .until(
              () -> {
                if (count(id, "user.message") == count(id, "session.status_idle")) {
                  assertThat(id("events", "send", id, "--message", "Hi")).startsWith("sevt_");
                }
                return streamed.isDone();
              });
      assertThat(streamed.join()).isZero();
      assertThat(other.out().lines().map(line -> ((Json.Obj) Json.trusted(line)).text("type")))
          .endsWith("session.status_idle");
    }
    await().until(() -> count(id, "user.message") == count(id, "session.status_idle"));
    var newest = lines("events", "list", id, "--order", "desc", "--limit", "1");
    assertThat(newest.getFirst().text("type")).isEqualTo("session.status_idle");
    assertThat(run("events", "list", id)).isZero();
    assertThat(shell.out())
        .contains("PROCESSED", "agent.message", "One.", "session.status_idle", "end_turn");
  }

  @Test
  void eventsAreSearched() {
    var id = session();
    stage.model().otherwise((_, _) -> ScriptedModel.reply("end_turn", textBlock("Yes.")));
    assertThat(id("events", "send", id, "--message", "Find the needle")).startsWith("sevt_");
    await().until(() -> count(id, "session.status_idle") == 1);
    assertThat(json("events", "search", id, "--text", "NEEDLE").text("type"))
        .isEqualTo("user.message");
    assertThat(lines("events", "search", id, "--text", "needle", "--tool", "bash")).isEmpty();
    assertThat(lines("events", "search", id, "--after", "0", "--type", "agent.message")).hasSize(1);
    var all = lines("events", "search", id);
    assertThat(all.getFirst().text("type")).isEqualTo("session.status_idle");
    assertThat(lines("events", "search", id, "--limit", "2")).isEqualTo(all.subList(0, 2));
    assertThat(run("events", "search", id, "--text", "needle")).isZero();
    assertThat(shell.out()).contains("PROCESSED", "Find the needle");
    assertThat(run("events", "search", id, "--before", "soon")).isEqualTo(1);
    assertThat(shell.err()).contains("--before: must be a position");
  }

  private int count(String session, String type) {
    return lines("events", "list", session, "--type", type).size();
  }

  @Test
  void aStreamShowsTextsWhileTheyAreWritten() {
    try (var canned = new CannedServer()) {
      canned.stream(Canned.MESSAGE_START, Canned.delta("Hi"), Canned.message("Hi."), Canned.DONE);
      assertThat(
              shell.run(
                  canned, "events", "stream", CannedServer.SESSION, "--deltas", "--until-idle"))
          .isZero();
      assertThat(canned.requests().getFirst()).contains("event_deltas%5B%5D=agent.message");
      assertThat(shell.out())
          .containsSubsequence("event_start", "event_delta", "Hi", "agent.message", "Hi.");
      canned.stream(Canned.message("Hi."));
      assertThat(shell.run(canned, "events", "stream", CannedServer.SESSION)).isEqualTo(1);
      assertThat(shell.err()).contains("the server closed the stream");
    }
  }

  @Test
  void anEventOfAnyKindCanBeSent() {
    try (var canned = new CannedServer()) {
      var id = CannedServer.SESSION;
      assertThat(
              shell.run(
                  canned,
                  "events",
                  "send",
                  id,
                  "--event",
                  "{type: x, y: 1}",
                  "--message",
                  "m",
                  "--interrupt",
                  "--allow",
                  "sevt_1",
                  "--deny",
                  "sevt_2",
                  "--deny-message",
                  "no",
                  "--result",
                  "sevt_3=four=4"))
          .isZero();
      assertThat(canned.bodies("POST /v1/sessions/" + id + "/events"))
          .containsExactly(
              "{\"events\":[{\"type\":\"user.interrupt\"},"
                  + "{\"type\":\"user.tool_confirmation\",\"tool_use_id\":\"sevt_1\",\"result\":\"allow\"},"
                  + "{\"type\":\"user.tool_confirmation\",\"tool_use_id\":\"sevt_2\",\"result\":\"deny\","
                  + "\"deny_message\":\"no\"},{\"type\":\"user.custom_tool_result\","
                  + "\"custom_tool_use_id\":\"sevt_3\",\"content\":[{\"type\":\"text\",\"text\":\"four=4\"}]},"
                  + "{\"type\":\"user.message\",\"content\":[{\"type\":\"text\",\"text\":\"m\"}]},"
                  + "{\"type\":\"x\",\"y\":1}]}");
      assertThat(shell.run(canned, "events", "send", id)).isEqualTo(2);
      assertThat(shell.run(canned, "events", "send", id, "--result", "x")).isEqualTo(2);
    }
  }

  @Test
  void toolsHaveShortNames() {
    try (var canned = new CannedServer()) {
      shell.run(
          canned,
          "agents",
          "create",
          "--name",
          "a",
          "--model",
          "m",
          "--tool",
          "read",
          "--tool",
          "bash:ask",
          "--tool",
          "{type: custom, name: x}");
      var body = "{name: a, model: m}";
      shell.run(
          canned, "agents", "create", "--body", body, "--tool", "all:ask", "--tool", "read:allow");
      assertThat(canned.bodies("POST /v1/agents"))
          .containsExactly(
              "{\"name\":\"a\",\"model\":\"m\",\"tools\":[{\"type\":\"agent_toolset_20260401\","
                  + "\"default_config\":{\"enabled\":false},"
                  + "\"configs\":[{\"name\":\"read\",\"enabled\":true},{\"name\":\"bash\",\"enabled\":true,"
                  + "\"permission_policy\":{\"type\":\"always_ask\"}}]},"
                  + "{\"type\":\"custom\",\"name\":\"x\"}]}",
              "{\"name\":\"a\",\"model\":\"m\",\"tools\":[{\"type\":\"agent_toolset_20260401\","
                  + "\"default_config\":"
                  + "{\"permission_policy\":{\"type\":\"always_ask\"}},"
                  + "\"configs\":[{\"name\":\"read\",\"enabled\":true,"
                  + "\"permission_policy\":{\"type\":\"always_allow\"}}]}]}");
      assertThat(shell.run(canned, "agents", "create", "--tool", "bash:never")).isEqualTo(2);
    }
  }

  @Test
  void modelsAreListedAndShown() {
    var ids = lines("models", "list").stream().map(model -> model.text("id")).toList();
    assertThat(ids).isEqualTo(stage.model().ids());
    assertThat(run("models", "list")).isZero();
    assertThat(shell.out()).startsWith("ID");
    try (var canned = new CannedServer()) {
      assertThat(shell.run(canned, "models", "retrieve", "a/b c")).isZero();
      assertThat(canned.requests()).containsExactly("GET /v1/models/a%2Fb%20c");
    }
    assertThat(run("models", "retrieve", "nobody", "--verbose")).isEqualTo(1);
    assertThat(shell.err()).contains("not_found_error");
  }

  @Test
  void theKeyIsShownWithWhereItComesFrom() {
    assertThat(run("keys", "show")).isZero();
    assertThat(shell.out()).isEqualTo("sk-drover-test\n");
    assertThat(shell.err()).isEqualTo("drover: from data/api-key\n");
    shell.variables.put("DROVER_API_KEY", "sk-other");
    assertThat(json("keys", "show"))
        .isEqualTo(Json.obj("key", "sk-other", "from", "DROVER_API_KEY"));
  }

  @Test
  void theKeyOfThisMachineGoesToNoOther() {
    assertThat(run("keys", "show", "--url", "https://drover.example")).isEqualTo(1);
    assertThat(shell.err()).contains("set DROVER_API_KEY").doesNotContain("sk-");
    assertThat(run("keys", "show", "--url", "http://localhost.example")).isEqualTo(1);
    assertThat(run("keys", "show", "--url", "http://localhost:1")).isZero();
    for (var url :
        List.of("ftp://x", "x", "http://u:p@x", "http://x?y", "http://x:99999", "http://x y")) {
      assertThat(run("agents", "list", "--url", url)).as(url).isEqualTo(1);
      assertThat(shell.err()).startsWith("drover: --url must be");
    }
  }

  @Test
  void aWrongKeySaysWhereItWasTakenFrom() {
    shell.variables.put("DROVER_API_KEY", "sk-wrong");
    assertThat(run("agents", "list")).isEqualTo(1);
    assertThat(shell.err())
        .contains("the key was taken from DROVER_API_KEY")
        .doesNotContain("sk-wrong");
    shell.variables.put("DROVER_API_KEY", "sk\nwrong");
    assertThat(run("agents", "list")).isEqualTo(1);
    assertThat(shell.err()).contains("contains invalid characters");
  }

  @Test
  void withoutAServerItSaysHowToStartOne() {
    server.close();
    assertThat(run("agents", "list")).isEqualTo(1);
    assertThat(shell.err())
        .isEqualTo(
            "drover: no server at "
                + server.url()
                + ". To start one on this machine, run: drover serve\n");
  }

  @Test
  void whatIsNotUnderstoodIsRefusedBeforeAnythingIsSent() {
    assertThat(run("agents", "create", "--surname", "x")).isEqualTo(2);
    assertThat(shell.err()).contains("drover agents create: unknown option '--surname'");
    assertThat(run("agents", "retrieve")).isEqualTo(2);
    assertThat(run("agents", "retrieve", " ")).isEqualTo(2);
    assertThat(run("agents")).isEqualTo(2);
    assertThat(run("agents", "make")).isEqualTo(2);
    assertThat(run("agents", "create", "--metadata", "novalue")).isEqualTo(2);
    assertThat(run("sessions", "connect", "x", "--tail", "-1")).isEqualTo(2);
    assertThat(run("keys")).isEqualTo(2);
  }

  @Test
  void objectsAreShownInShortAndHarmless() {
    var id = agent("\u001b[31mRed");
    assertThat(run("agents", "retrieve", id)).isZero();
    assertThat(shell.out())
        .contains("id ", id, "name ", "Red\n", "version ")
        .doesNotContain("\u001b", "description", "archived_at");
  }

  @Test
  void aListStopsWhenNobodyReads() {
    shell.closed = true;
    try (var canned = new CannedServer()) {
      canned.list("{\"data\":[{\"id\":\"a\"}],\"next_page\":\"p\"}");
      assertThat(shell.run(canned, "events", "list", CannedServer.SESSION)).isZero();
      assertThat(canned.requests()).hasSize(1);
    }
  }
}
