package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a command in a real sandbox prints is on the stream while the command runs, for those who
/// ask, and nowhere else.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("sandbox")
final class LiveOutputTest {
  private static final String QUERY = "?event_deltas%5B%5D=drover.tool_output";

  @TempDir static Path data;

  private final ScriptedMessages model = ScriptedMessages.start();
  private NodeHere node;
  private DroverClient client;

  @BeforeAll
  void start() throws Exception {
    node =
        NodeHere.start(
            data, "", model, 5_000, new Wiring(), Map.of("workspaces.kind", "directory"));
    client = node.client();
  }

  @AfterAll
  void stop() {
    node.close();
    model.close();
  }

  /// Runs a command that waits for the file `go` after its first output.
  private String run(String before, String after) {
    var command = before + "; until [ -e go ]; do sleep 0.05; done; " + after;
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", command)), Script.reply().text("ok"));
    return client.session("scripted");
  }

  private static void go(String session) throws Exception {
    Files.createFile(data.resolve("workspaces/" + session + "/workspace/go"));
  }

  private static String text(Json.Obj delta) {
    return String.valueOf(delta.object("delta").object("content").text("text"));
  }

  private static boolean prints(Json.Obj event, String text) {
    return DroverClient.type(event).equals("event_delta") && text(event).contains(text);
  }

  private static String printed(List<Json.Obj> events) {
    return events.stream()
        .filter(event -> DroverClient.type(event).equals("event_delta"))
        .map(LiveOutputTest::text)
        .collect(Collectors.joining());
  }

  @Test
  void itIsOnTheStreamWhileTheCommandRunsAlsoForWhoComesLater() throws Exception {
    var session = run("echo first; printf 'h\\303'; sleep 1; printf '\\244lf\\n'", "echo last");
    try (var stream = client.stream(session, QUERY);
        var without = client.stream(session, "?event_deltas%5B%5D=agent.message")) {
      client.say(session, "Hi");
      var use = stream.until("agent.tool_use");
      var start = stream.until("event_start").object("event");
      assertThat(start.text("type")).isEqualTo("drover.tool_output");
      assertThat(start.text("id")).isEqualTo(use.text("id"));
      stream.until(event -> prints(event, "lf"));
      assertThat(printed(stream.taken())).isEqualTo("first\nhälf\n");
      assertThat(client.types(session)).endsWith("agent.tool_use", "span.model_request_end");
      try (var late = client.stream(session, QUERY)) {
        go(session);
        late.until("session.status_idle");
        assertThat(printed(late.taken())).doesNotContain("first");
      }
      stream.until("session.status_idle");
      without.until("session.status_idle");
      assertThat(without.taken()).noneMatch(event -> event.toString().contains("tool_output"));
    }
    assertThat(client.events(session).toString())
        .contains("first\\nhälf\\nlast")
        .doesNotContain("tool_output");
  }

  @Test
  void muchOutputIsShownInPartAndTheRestCounted() throws Exception {
    var session = run("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end", "true");
    try (var stream = client.stream(session, QUERY)) {
      client.say(session, "Hi");
      stream.until(event -> prints(event, "end"));
      var pieces =
          stream.taken().stream()
              .filter(event -> DroverClient.type(event).equals("event_delta"))
              .map(LiveOutputTest::text)
              .toList();
      assertThat(pieces).allMatch(piece -> piece.length() < 5_000);
      assertThat(String.join("", pieces)).contains(" bytes are left out]");
      go(session);
      stream.until("session.status_idle");
    }
  }
}
