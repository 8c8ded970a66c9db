package dev.drover.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.Deployment;
import dev.drover.testing.DroverClient;
import dev.drover.testing.McpBridge;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sessions of a whole server with the MCP servers that others publish: permissions, images,
/// errors, cancellation, and servers that die and come back.
@Tag("database")
@Tag("sandbox")
@Tag("sdk")
@Timeout(120)
final class McpReferenceServersTest {
  private static final ScriptedMessages MODEL = ScriptedMessages.start();
  private static final String OPERATION = "trigger-long-running-operation";

  @TempDir private static Path directory;
  private static McpBridge servers;
  private static Deployment.Running drover;
  private static DroverClient client;

  @BeforeAll
  static void start() throws Exception {
    servers = new McpBridge(directory);
    drover =
        Deployment.SQLITE.start(
            Files.createDirectory(directory.resolve("data")),
            Map.of(
                "network.private", "[127.0.0.1]",
                "anthropic.base_url", MODEL.uri().toString(),
                "anthropic.api_key", "sk-model"));
    client = new DroverClient(drover.url(), drover.key().reveal());
  }

  @AfterAll
  static void stop() {
    client.close();
    drover.close();
    servers.close();
    MODEL.close();
  }

  /// All tools of a server.
  ///
  /// @param asking those whose calls wait for a confirmation
  private static Json.Obj toolset(String server, String... asking) {
    return Json.obj(
        "type",
        "mcp_toolset",
        "mcp_server_name",
        server,
        "default_config",
        policy("always_allow"),
        "configs",
        Stream.of(asking).map(tool -> policy("always_ask").with("name", tool)).toList());
  }

  private static Json.Obj policy(String type) {
    return Json.obj("permission_policy", Json.obj("type", type));
  }

  private static String session(Json.Obj... toolsets) {
    var used =
        Stream.of(toolsets)
            .map(toolset -> String.valueOf(toolset.text("mcp_server_name")))
            .map(name -> Json.obj("type", "url", "name", name, "url", servers.url(name).toString()))
            .toList();
    var agent =
        client.post(
            "/v1/agents",
            Json.obj(
                "name", "A", "model", "scripted", "mcp_servers", used, "tools", List.of(toolsets)));
    var environment = client.post("/v1/environments", Json.obj("name", "e" + System.nanoTime()));
    var session =
        client.post(
            "/v1/sessions",
            Json.obj("agent", agent.text("id"), "environment_id", environment.text("id")));
    return String.valueOf(session.text("id"));
  }

  private static Json.Obj entity(String name, String observation) {
    var entity =
        Json.obj("name", name, "entityType", "person", "observations", List.of(observation));
    return Json.obj("entities", List.of(entity));
  }

  private static Json.Obj confirmation(String call, String result) {
    return Json.obj("type", "user.tool_confirmation", "tool_use_id", call, "result", result);
  }

  /// Waits until the session rests.
  ///
  /// @return the calls that wait for a confirmation
  private static List<String> untilAsked(DroverClient.Stream stream) throws InterruptedException {
    var reason = stream.until("session.status_idle").object("stop_reason");
    assertThat(reason.text("type")).isEqualTo("requires_action");
    return reason.items("event_ids").stream().map(id -> ((Json.Str) id).value()).toList();
  }

  /// Waits for the end of a turn.
  private static void untilEnd(DroverClient.Stream stream) throws InterruptedException {
    var reason = stream.until("session.status_idle").object("stop_reason");
    assertThat(reason.text("type")).isEqualTo("end_turn");
  }

  private static List<Json.Obj> events(DroverClient.Stream stream, String type) {
    return stream.taken().stream().filter(event -> DroverClient.type(event).equals(type)).toList();
  }

  /// The results of all calls so far, in the order of the calls.
  private static List<Json.Obj> results(DroverClient.Stream stream) {
    var results = events(stream, "agent.mcp_tool_result");
    return events(stream, "agent.mcp_tool_use").stream()
        .map(
            use ->
                results.stream()
                    .filter(
                        result -> Objects.equals(result.text("mcp_tool_use_id"), use.text("id")))
                    .findFirst()
                    .orElseThrow())
        .toList();
  }

  private static boolean isError(Json.Obj result) {
    return result.get("is_error").filter(Json.of(true)::equals).isPresent();
  }

  private static String text(Json.Obj result) {
    return String.valueOf(((Json.Obj) result.items("content").getFirst()).text("text"));
  }

  @Test
  void aSessionKeepsAGraphAndReadsAndWritesFiles() throws Exception {
    var allowed = servers.files().resolve("allowed.txt");
    var denied = servers.files().resolve("denied.txt");
    MODEL.script(
        Script.reply()
            .toolUse("mcp__memory__create_entities", entity("Ada", "wrote the first program"))
            .toolUse(
                "mcp__filesystem__write_file",
                Json.obj("path", allowed.toString(), "content", "a note of Ada"))
            .toolUse(
                "mcp__filesystem__write_file",
                Json.obj("path", denied.toString(), "content", "no note")),
        Script.reply()
            .toolUse("mcp__memory__read_graph", Json.EMPTY)
            .toolUse("mcp__filesystem__read_text_file", Json.obj("path", allowed.toString()))
            .toolUse("mcp__filesystem__read_text_file", Json.obj("path", "/etc/hostname")),
        Script.reply().text("Done."));
    var session = session(toolset("memory"), toolset("filesystem", "write_file"));
    try (var stream = client.stream(session, "")) {
      client.say(session, "Go on.");
      var asked = untilAsked(stream);
      assertThat(asked).hasSize(2);
      assertThat(allowed).doesNotExist();
      client.send(
          session, confirmation(asked.getFirst(), "allow"), confirmation(asked.getLast(), "deny"));
      untilEnd(stream);
      var results = results(stream);
      assertThat(results.stream().map(McpReferenceServersTest::isError))
          .containsExactly(false, false, true, false, false, true);
      assertThat(text(results.get(1))).contains("Successfully wrote");
      assertThat(text(results.get(2))).contains("rejected");
      assertThat(text(results.get(3))).contains("Ada", "wrote the first program");
      assertThat(text(results.get(4))).isEqualTo("a note of Ada");
      assertThat(text(results.get(5))).contains("Access denied", "outside allowed directories");
    }
    assertThat(allowed).hasContent("a note of Ada");
    assertThat(denied).doesNotExist();
    assertThat(MODEL.requests().getLast().body().toString())
        .contains("wrote the first program", "outside allowed directories");
  }

  @Test
  void aSessionSeesImagesAndErrorsAndInterruptsACall() throws Exception {
    MODEL.script(
        Script.reply()
            .toolUse("mcp__everything__get-tiny-image", Json.EMPTY)
            .toolUse("mcp__everything__get-sum", Json.obj("a", "no number"))
            .toolUse("mcp__everything__echo", Json.obj("message", "é")),
        Script.reply().text("Done."));
    var session = session(toolset("everything", "echo"));
    try (var stream = client.stream(session, "")) {
      client.say(session, "Go on.");
      var asked = untilAsked(stream);
      assertThat(asked).hasSize(1);
      client.send(session, confirmation(asked.getFirst(), "allow"));
      untilEnd(stream);
      var results = results(stream);
      assertThat(
              results.getFirst().items("content").stream()
                  .map(block -> DroverClient.type((Json.Obj) block)))
          .containsExactly("text", "image", "text");
      assertThat(isError(results.get(1))).isTrue();
      assertThat(text(results.get(1))).contains("expected number");
      assertThat(text(results.get(2))).isEqualTo("Echo: é");
      assertThat(MODEL.requests().getLast().body().toString()).contains("image/png");

      MODEL.script(
          Script.reply()
              .toolUse("mcp__everything__" + OPERATION, Json.obj("duration", 60, "steps", 600)));
      client.say(session, "Go on.");
      servers.untilPassed("everything tools/call " + OPERATION);
      client.interrupt(session);
      stream.until("session.status_idle");
      servers.untilPassed("everything notifications/cancelled");
      assertThat(text(results(stream).getLast())).contains("interrupted before completion");

      MODEL.script(
          Script.reply().toolUse("mcp__everything__get-sum", Json.obj("a", 2, "b", 3)),
          Script.reply().text("Done."));
      client.say(session, "Go on.");
      untilEnd(stream);
      assertThat(text(results(stream).getLast())).contains("is 5");
    }
  }

  @Test
  void aSessionGoesOnAfterItsServersHaveDied() throws Exception {
    var done = Script.reply().text("Done.");
    MODEL.script(
        Script.reply()
            .toolUse("mcp__memory__create_entities", entity("Grace", "found the first bug")),
        done,
        Script.reply().toolUse("mcp__memory__read_graph", Json.EMPTY),
        done,
        Script.reply()
            .toolUse("mcp__everything__" + OPERATION, Json.obj("duration", 60, "steps", 600)),
        done,
        Script.reply().toolUse("mcp__everything__echo", Json.obj("message", "I am back")),
        done);
    var session = session(toolset("memory"), toolset("everything"));
    try (var stream = client.stream(session, "")) {
      client.say(session, "Go on.");
      untilEnd(stream);

      servers.kill();
      servers.start();
      client.say(session, "Go on.");
      untilEnd(stream);
      assertThat(text(results(stream).getLast())).contains("Grace", "found the first bug");

      client.say(session, "Go on.");
      servers.untilPassed("everything tools/call " + OPERATION);
      servers.kill();
      untilEnd(stream);
      var lost = results(stream).getLast();
      assertThat(isError(lost)).isTrue();
      assertThat(text(lost)).contains("MCP server \"everything\"");
      assertThat(events(stream, "session.error")).isNotEmpty();

      servers.start();
      client.say(session, "Go on.");
      untilEnd(stream);
      assertThat(text(results(stream).getLast())).isEqualTo("Echo: I am back");
    }
  }
}
