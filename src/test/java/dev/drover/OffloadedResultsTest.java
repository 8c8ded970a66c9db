package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.McpHost;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A long result of an MCP server is a file in real sandboxes.
@Timeout(60)
@Tag("sandbox")
@Tag("database")
final class OffloadedResultsTest {
  private static final String KEY = "sk-test-key";
  private static final Pattern FILE =
      Pattern.compile("is in (/mnt/session/tool_outputs/sevt_\\w+\\.txt)]");
  private static final String LINES =
      IntStream.range(0, 30_000)
          .mapToObj(n -> "line %05d".formatted(n))
          .collect(Collectors.joining("\n"));

  @TempDir private Path data;
  private final ScriptedMessages model = ScriptedMessages.start();

  @AfterEach
  void stop() {
    model.close();
  }

  private Drover start() throws InterruptedException {
    var flags =
        Map.of(
            "data", data.toString(),
            "port", "0",
            "api_key", KEY,
            "anthropic.base_url", model.uri().toString(),
            "anthropic.api_key", "sk-model",
            "network.private", "[127.0.0.1]",
            "sandboxes.idle_ms", "1000",
            "drain_ms", "0");
    return new Drover(Config.read(flags, Map.of()));
  }

  /// A session whose agent has a sandbox and an MCP server.
  private static String session(DroverClient client, McpHost wiki) {
    var server = Json.obj("type", "url", "name", "wiki", "url", wiki.url().toString());
    var tools =
        Json.obj(
            "type",
            "mcp_toolset",
            "mcp_server_name",
            "wiki",
            "default_config",
            Json.obj("permission_policy", Json.obj("type", "always_allow")));
    var hand = Json.obj("type", "agent_toolset_20260401");
    var agent =
        client.post(
            "/v1/agents",
            Json.obj("name", "A", "model", "scripted", "tools", List.of(hand, tools))
                .with("mcp_servers", Json.arr(server)));
    var environment = client.post("/v1/environments", Json.obj("name", "E"));
    return String.valueOf(
        client
            .post(
                "/v1/sessions",
                Json.obj("agent", agent.text("id"), "environment_id", environment.text("id")))
            .text("id"));
  }

  /// Makes the agent call the server; the path of the file with the whole text.
  private String look(DroverClient client, String session) {
    model.script(
        Script.reply().toolUse("mcp__wiki__look", Json.EMPTY), Script.reply().text("done"));
    client.say(session, "Look");
    client.awaitIdle(session);
    var events = client.events(session);
    var result = FaultScenario.ofType(events, "agent.mcp_tool_result").getLast();
    var text = String.valueOf(((Json.Obj) result.items("content").getFirst()).text("text"));
    assertThat(text)
        .startsWith("line 00000\n")
        .endsWith("\nline 29999")
        .hasSizeLessThan(11_000)
        .contains("The whole text, 329,999 characters in 329,999 bytes, is in ");
    var file = FILE.matcher(text);
    assertThat(file.find()).isTrue();
    return file.group(1);
  }

  private List<String> hands() {
    return List.of(data.resolve("hands").toFile().list());
  }

  @Test
  void aLongResultIsAFileInEveryHandOfTheSession() throws Exception {
    var turns = new SessionTurns(model, KEY);
    try (var wiki = new McpHost()) {
      wiki.gives("tools/call", McpHost.said(LINES));
      String session;
      String file;
      try (var server = start();
          var client = new DroverClient(server.url(), KEY)) {
        session = session(client, wiki);
        file = look(client, session);
        var search = "grep -n 'line 15000' %1$s; wc -c < %1$s".formatted(file);
        assertThat(turns.run(server, session, search)).endsWith("15001:line 15000\n329999");

        var second = look(client, session);
        assertThat(second).isNotEqualTo(file);
        var comparison = "cmp %1$s %2$s && echo same; rm %1$s".formatted(file, second);
        assertThat(turns.run(server, session, comparison)).endsWith("same");

        await("the end of the hand").until(() -> hands().isEmpty());
        var lastLine = "tail -n 1 %1$s; rm %1$s".formatted(file);
        assertThat(turns.run(server, session, lastLine)).endsWith("line 29999");
      }
      try (var server = start();
          var client = new DroverClient(server.url(), KEY)) {
        assertThat(turns.run(server, session, "grep -c line " + file)).endsWith("30000");
        client.delete("/v1/sessions/" + session);
      }
    }
  }
}
