package dev.drover.brain;

import static dev.drover.testing.PuppetMcp.tool;
import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.McpServer;
import dev.drover.catalog.McpToolset;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.WorkspaceId;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.testing.PuppetMcp;
import dev.drover.testing.Stage;
import dev.drover.tools.McpResult;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Results that are too long for the model: previews, and what becomes of the whole text.
final class LongResultsTest {
  private static final String PATH = "/mnt/session/tool_outputs/sevt_1.txt";
  private static final Json IMAGE =
      Json.obj(
          "type",
          "image",
          "source",
          Json.obj("type", "base64", "media_type", "image/png", "data", "aGk="));
  private static final String LINES =
      IntStream.range(0, 30_000)
          .mapToObj(n -> "line %05d".formatted(n))
          .collect(Collectors.joining("\n"));

  private final List<Stage> stages = new ArrayList<>();
  private final Map<EventId, String> kept = new ConcurrentHashMap<>();

  @AfterEach
  void close() {
    stages.forEach(Stage::close);
  }

  @Test
  void aPreviewHasTheBeginningAndTheEndOfTheTextCutAtLineEnds() {
    assertThat(LongResults.preview(ToolResult.success(LINES), PATH).text())
        .startsWith("line 00000\nline 00001\n")
        .contains(
            "\nline 00726\n[320,012 characters are left out here. The whole text, 329,999"
                + " characters in 329,999 bytes, is in "
                + PATH
                + "]\nline 29819\n")
        .endsWith("\nline 29999");
  }

  @Test
  void aTextWithoutLinesIsCutBetweenCharacters() {
    var text = "x" + "\ud83d\udc0e".repeat(60_000) + "y";
    var preview = LongResults.preview(ToolResult.success(text), PATH).text();
    assertThat(preview)
        .startsWith("x\ud83d\udc0e")
        .contains("120,002 characters in 240,002 bytes")
        .endsWith("\ud83d\udc0ey")
        .hasSizeLessThan(11_000);
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(preview)).isTrue();
  }

  @Test
  void thePreviewTakesThePlaceOfTheTextsAndOtherBlocksStay() {
    var blocks = Json.arr(IMAGE, textBlock(LINES), IMAGE, textBlock("the end"));
    var result = LongResults.preview(new ToolResult(blocks, true, false), PATH);
    assertThat(result.isError()).isTrue();
    assertThat(result.content().items()).hasSize(3);
    assertThat(result.content().items().getFirst()).isEqualTo(IMAGE);
    assertThat(result.content().items().getLast()).isEqualTo(IMAGE);
    assertThat(result.text()).startsWith("line 00000\n").endsWith("\nline 29999\nthe end");
  }

  /// Keeps texts in this test.
  private final class Keeping implements HandErrand {
    @Override
    public Optional<String> keep(
        WorkspaceId workspace, SessionId session, EventId call, String text) {
      kept.put(call, text);
      return Optional.of("/there/" + call);
    }
  }

  /// An agent with one MCP server and these tools.
  private Stage stage(Tool... tools) {
    var all = new ArrayList<>(List.of(tools));
    var allowed = new Toolset.Setting(true, Toolset.Policy.ALWAYS_ALLOW);
    all.add(new McpToolset("wiki", allowed, List.of()));
    var server = new McpServer("wiki", URI.create("https://wiki.example/mcp"));
    var stage = new Stage(all, List.of(server));
    stages.add(stage);
    stage.mcp().has("wiki", tool("look"));
    return stage;
  }

  private static Toolset hand() {
    return new Toolset(Toolset.OPEN, List.of());
  }

  private static Event.AgentMcpToolResult result(Stage stage) throws InterruptedException {
    stage.model().thenCalls(toolUse("toolu_1", "mcp__wiki__look", Json.EMPTY)).thenText("ok");
    stage.queue("Hi");
    stage.wake();
    return stage.all(Event.AgentMcpToolResult.class).getLast();
  }

  private static String text(Event.AgentMcpToolResult result) {
    return new ToolResult(result.content(), result.isError(), false).text();
  }

  @Test
  void aLongTextIsKeptAndTheEventAndTheModelHaveAPreviewWithItsPath() throws Exception {
    var stage = stage(hand());
    stage.errands().add(new HandErrand() {}); // one that keeps no texts
    stage.errands().add(new Keeping());
    stage.mcp().does((_, _) -> new McpResult(Json.arr(textBlock(LINES), IMAGE), false));
    var result = result(stage);
    assertThat(kept).containsExactly(Map.entry(result.toolUseId(), LINES));
    assertThat(result.content().items()).hasSize(2);
    assertThat(text(result))
        .hasSizeLessThan(11_000)
        .contains("is in /there/" + result.toolUseId() + "]");
    assertThat(stage.model().prompts().getLast().messages().toString())
        .contains("is in /there/" + result.toolUseId() + "]", "line 29999", "aGk=")
        .doesNotContain("line 15000");
    assertThat(stage.hand().provisions()).isZero();
  }

  @Test
  void aTextOfTheLimitIsWholeInTheEvent() throws Exception {
    var stage = stage(hand());
    stage.errands().add(new Keeping());
    var text = "x".repeat(LongResults.MOST);
    stage.mcp().does((_, _) -> PuppetMcp.text(text));
    assertThat(text(result(stage))).isEqualTo(text);
    assertThat(kept).isEmpty();
  }

  @Test
  void anAgentWithoutASandboxGetsWhatFits() throws Exception {
    var off = new Toolset(new Toolset.Setting(false, Toolset.Policy.ALWAYS_ALLOW), List.of());
    var stage = stage(off);
    stage.errands().add(new Keeping());
    stage.mcp().does((_, _) -> PuppetMcp.text(LINES));
    assertThat(text(result(stage)))
        .contains("line 09000\n")
        .endsWith("the first 100,000 are above. The rest was left out.]");
    assertThat(kept).isEmpty();
  }

  @Test
  void ofATextThatCannotBeKeptTheModelGetsWhatFits() throws Exception {
    var stage = stage(hand());
    stage
        .errands()
        .add(
            new HandErrand() {
              @Override
              public Optional<String> keep(
                  WorkspaceId workspace, SessionId session, EventId call, String text) {
                throw Problem.invalid("the quota is used up");
              }
            });
    stage.mcp().does((_, _) -> PuppetMcp.text(LINES));
    assertThat(text(result(stage)))
        .contains("line 09000\n")
        .endsWith("The rest was left out, because it could not be stored.]");
  }
}
