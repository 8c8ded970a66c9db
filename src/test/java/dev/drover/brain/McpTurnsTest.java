package dev.drover.brain;

import static dev.drover.testing.PuppetMcp.tool;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.catalog.McpServer;
import dev.drover.catalog.McpToolset;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.session.Event.Permission;
import dev.drover.session.SessionError;
import dev.drover.session.Status;
import dev.drover.testing.PuppetMcp;
import dev.drover.testing.Stage;
import dev.drover.tools.McpResult;
import dev.drover.tools.McpTools.Knowledge;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The tools of MCP servers in turns: from discovery to the result, and when a server is away.
final class McpTurnsTest {
  private static final Json.Obj INPUT = Json.obj("of", "it");
  private static final Toolset.Setting ALLOWED =
      new Toolset.Setting(true, Toolset.Policy.ALWAYS_ALLOW);

  private final List<Stage> stages = new ArrayList<>();

  @AfterEach
  void close() {
    stages.forEach(Stage::close);
  }

  private static McpServer server(String name) {
    return new McpServer(name, URI.create("https://" + name + ".example/mcp"));
  }

  private Stage stage(Toolset.Setting setting, List<Toolset.ToolSetting> overrides) {
    return staged(List.of(new McpToolset("wiki", setting, overrides)), server("wiki"));
  }

  private Stage allowed() {
    var stage = stage(ALLOWED, List.of());
    stage.mcp().has("wiki", tool("look"), tool("write"));
    return stage;
  }

  private Stage staged(List<Tool> tools, McpServer... servers) {
    var stage = new Stage(tools, List.of(servers));
    stages.add(stage);
    return stage;
  }

  private static void asks(Stage stage, String... tools) {
    if (tools.length > 0) {
      var uses = new Json[tools.length];
      for (int i = 0; i < tools.length; i++) {
        uses[i] = toolUse("toolu_" + i, tools[i], INPUT);
      }
      stage.model().thenCalls(uses);
    }
    stage.model().thenText("ok");
    stage.queue("Hi");
  }

  private static List<String> offered(Stage stage) {
    return stage.model().prompts().getLast().tools().items().stream()
        .map(tool -> String.valueOf(((Json.Obj) tool).text("name")))
        .toList();
  }

  private static Event.AgentMcpToolResult result(Stage stage) {
    return stage.all(Event.AgentMcpToolResult.class).getLast();
  }

  private static String text(Event.AgentMcpToolResult result) {
    return new ToolResult(result.content(), result.isError(), false).text();
  }

  @Test
  void aServersToolsAreInTheLogBeforeTheModelSeesThem() throws Exception {
    var stage = allowed();
    asks(stage);
    stage.wake();
    assertThat(offered(stage)).containsExactly("mcp__wiki__look", "mcp__wiki__write");
    var types = stage.log().stream().map(stored -> stored.event().getClass()).toList();
    assertThat(types.indexOf(Event.UserMessage.class))
        .isLessThan(types.indexOf(Event.ToolsListed.class));
    assertThat(types.indexOf(Event.ToolsListed.class))
        .isLessThan(types.indexOf(Event.ModelRequestStart.class));
    assertThat(stage.types())
        .containsExactly(
            "session.status_running",
            "session.thread_status_running",
            "user.message",
            "span.model_request_start",
            "agent.message",
            "span.model_request_end",
            "session.thread_status_idle",
            "session.usage",
            "session.status_idle");
  }

  @Test
  void aCallRunsOnItsServerUnderItsOwnNames() throws Exception {
    var stage = allowed();
    asks(stage, "mcp__wiki__look");
    stage.wake();
    assertThat(stage.mcp().called()).containsExactly("wiki.look");
    assertThat(stage.hand().provisions()).isZero();
    var use = stage.all(Event.AgentMcpToolUse.class).getFirst();
    assertThat(use.server()).isEqualTo("wiki");
    assertThat(use.name()).isEqualTo("look");
    assertThat(use.input()).isEqualTo(INPUT);
    assertThat(use.permission()).isEqualTo(Permission.ALLOWED);
    assertThat(result(stage).toolUseId()).isEqualTo(use.id());
    assertThat(text(result(stage))).isEqualTo("did look");
    assertThat(stage.model().prompts().getLast().messages().toString())
        .contains("mcp__wiki__look", "did look");
    assertThat(stage.all(Event.ToolDispatched.class)).hasSize(1);
  }

  @Test
  void imagesReachTheModelAndErrorsAreMarked() throws Exception {
    var stage = allowed();
    var image =
        Json.obj(
            "type",
            "image",
            "source",
            Json.obj("type", "base64", "media_type", "image/png", "data", "aGk="));
    stage.mcp().does((_, _) -> new McpResult(Json.arr(image), true));
    asks(stage, "mcp__wiki__look");
    stage.wake();
    assertThat(result(stage).isError()).isTrue();
    assertThat(stage.model().prompts().getLast().messages().toString()).contains("\"aGk=\"");
  }

  @Test
  void withoutASettingACallWaitsForTheClient() throws Exception {
    var stage = stage(McpToolset.ASKING, List.of());
    stage.mcp().has("wiki", tool("look"));
    asks(stage, "mcp__wiki__look");
    stage.wake();
    var use = stage.all(Event.AgentMcpToolUse.class).getFirst();
    assertThat(use.permission()).isEqualTo(Permission.ASKED);
    assertThat(stage.mcp().called()).isEmpty();
    stage.receive(new Event.UserToolConfirmation(stage.interruptId(), use.id(), true, null));
    stage.wake();
    assertThat(stage.mcp().called()).containsExactly("wiki.look");
    assertThat(text(result(stage))).isEqualTo("did look");
  }

  @Test
  void aCallThatTheClientDeniesDoesNotRun() throws Exception {
    var stage = stage(McpToolset.ASKING, List.of());
    stage.mcp().has("wiki", tool("look"));
    asks(stage, "mcp__wiki__look");
    stage.wake();
    var use = stage.all(Event.AgentMcpToolUse.class).getFirst();
    stage.receive(new Event.UserToolConfirmation(stage.interruptId(), use.id(), false, "no"));
    stage.wake();
    assertThat(stage.mcp().called()).isEmpty();
    assertThat(text(result(stage))).contains("rejected").contains("no");
  }

  @Test
  void settingsOfSingleToolsGoBeforeTheDefault() throws Exception {
    var off = new Toolset.Setting(false, Toolset.Policy.ALWAYS_ALLOW);
    var stage =
        stage(
            ALLOWED,
            List.of(
                new Toolset.ToolSetting("write", off),
                new Toolset.ToolSetting("no such tool", off),
                new Toolset.ToolSetting("move", McpToolset.ASKING)));
    stage.mcp().has("wiki", tool("look"), tool("write"), tool("move"));
    asks(stage, "mcp__wiki__write", "mcp__wiki__move");
    stage.wake();
    assertThat(offered(stage)).containsExactly("mcp__wiki__look", "mcp__wiki__move");
    assertThat(stage.all(Event.AgentMcpToolUse.class))
        .extracting(Event.AgentMcpToolUse::permission)
        .containsExactly(Permission.NOT_ENABLED, Permission.ASKED);
    assertThat(text(stage.all(Event.AgentMcpToolResult.class).getFirst()))
        .contains("Permission to use");
    assertThat(stage.mcp().called()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"MCP_CONNECTION_FAILED", "MCP_AUTHENTICATION_FAILED"})
  void aServerThatCannotBeAskedIsAnErrorAndTheTurnGoesOn(SessionError.Type type) throws Exception {
    var stage =
        staged(
            List.of(
                new McpToolset("wiki", ALLOWED, List.of()),
                new McpToolset("mail", ALLOWED, List.of())),
            server("wiki"),
            server("mail"));
    stage.mcp().fails("wiki", type).has("mail", tool("send"));
    asks(stage, "mcp__mail__send");
    stage.wake();
    assertThat(offered(stage)).containsExactly("mcp__mail__send");
    assertThat(stage.all(Event.Failed.class))
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.error().type()).isEqualTo(type);
              assertThat(failed.error().mcpServer()).isEqualTo("wiki");
            });
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
    assertThat(stage.all(Event.AgentMessage.class)).hasSize(1);
    assertThat(stage.mcp().listed()).containsExactlyInAnyOrder("wiki", "mail"); // once in a turn
  }

  @Test
  void aServerThatWasAwayIsAskedAgainInTheNextTurn() throws Exception {
    var stage = stage(ALLOWED, List.of());
    stage.mcp().fails("wiki", SessionError.Type.MCP_CONNECTION_FAILED);
    asks(stage);
    stage.wake();
    assertThat(offered(stage)).isEmpty();
    stage.mcp().has("wiki", tool("look"));
    asks(stage);
    stage.wake();
    assertThat(offered(stage)).containsExactly("mcp__wiki__look");
    assertThat(stage.all(Event.Failed.class)).hasSize(1);
  }

  @Test
  void aListThatIsCurrentIsNotAskedForAgain() throws Exception {
    var stage = allowed();
    asks(stage, "mcp__wiki__look");
    stage.wake();
    asks(stage);
    stage.wake();
    assertThat(stage.mcp().listed()).hasSize(1);
    assertThat(stage.all(Event.ToolsListed.class)).hasSize(1);
  }

  @Test
  void afterALostConnectionTheNextTurnAsksAndRecordsOnlyWhatIsNew() throws Exception {
    var stage = allowed();
    asks(stage);
    stage.wake();
    stage.mcp().knows("wiki", Knowledge.NONE);
    asks(stage);
    stage.wake();
    assertThat(stage.mcp().listed()).hasSize(2);
    assertThat(stage.all(Event.ToolsListed.class)).hasSize(1);
    stage.mcp().knows("wiki", Knowledge.NONE).has("wiki", tool("other"));
    asks(stage);
    stage.wake();
    assertThat(offered(stage)).containsExactly("mcp__wiki__other");
    assertThat(stage.all(Event.ToolsListed.class)).hasSize(2);
  }

  @Test
  void aChangeThatTheServerAnnouncesTakesEffectWithinTheTurn() throws Exception {
    var stage = allowed();
    stage
        .mcp()
        .does(
            (_, _) -> {
              stage.mcp().has("wiki", tool("look"), tool("more"));
              stage.mcp().knows("wiki", Knowledge.CHANGED);
              return PuppetMcp.text("there is more");
            });
    asks(stage, "mcp__wiki__look");
    stage.wake();
    assertThat(offered(stage)).containsExactly("mcp__wiki__look", "mcp__wiki__more");
  }

  /// It cannot keep the model from being asked.
  @Test
  void aServerThatAnnouncesAChangeAllTheTimeIsAskedOncePerRequest() throws Exception {
    var stage = allowed();
    var mcp = stage.mcp();
    mcp.always("wiki", Knowledge.CHANGED);
    asks(stage, "mcp__wiki__look");
    stage.wake();
    assertThat(stage.model().prompts()).hasSize(2);
    assertThat(mcp.listed()).hasSize(2);
  }

  @Test
  void whatTheServerHasMeanwhileIsNotInTheNextPrompt() throws Exception {
    var stage = stage(McpToolset.ASKING, List.of());
    stage.mcp().has("wiki", tool("look"));
    asks(stage, "mcp__wiki__look");
    stage.wake();
    var before = stage.model().prompts().getLast().tools();
    stage.mcp().has("wiki", tool("look"), tool("unknown to the log"));
    var use = stage.all(Event.AgentMcpToolUse.class).getFirst();
    stage.receive(new Event.UserToolConfirmation(stage.interruptId(), use.id(), true, null));
    stage.wake();
    assertThat(stage.model().prompts().getLast().tools()).isEqualTo(before);
  }

  @Test
  void aCallThatCannotBeSentIsAnErrorOfTheToolAndOneForTheClient() throws Exception {
    var stage = allowed();
    stage
        .mcp()
        .does(
            (_, _) -> {
              throw PuppetMcp.failed("wiki", SessionError.Type.MCP_AUTHENTICATION_FAILED, false);
            });
    asks(stage, "mcp__wiki__look");
    stage.wake();
    assertThat(result(stage).isError()).isTrue();
    assertThat(text(result(stage))).contains("it is away").doesNotContain("may or may not");
    assertThat(stage.all(Event.Failed.class)).hasSize(1);
    assertThat(stage.all(Event.ToolAmbiguous.class)).isEmpty();
    assertThat(stage.all(Event.AgentMessage.class)).hasSize(1);
  }

  @Test
  void aCallWithoutAnAnswerMayHaveTakenEffectAndTheModelKnows() throws Exception {
    var stage = allowed();
    stage
        .mcp()
        .does(
            (_, _) -> {
              throw PuppetMcp.failed("wiki", SessionError.Type.MCP_CONNECTION_FAILED, true);
            });
    asks(stage, "mcp__wiki__write");
    stage.wake();
    assertThat(stage.mcp().called()).hasSize(1);
    assertThat(text(result(stage))).contains("may or may not have taken effect");
    assertThat(stage.all(Event.ToolAmbiguous.class))
        .singleElement()
        .satisfies(event -> assertThat(event.tool()).isEqualTo("mcp__wiki__write"));
  }

  @Test
  void aCallThatTheServerCallsRepeatableRunsAgain() throws Exception {
    var stage = stage(ALLOWED, List.of());
    stage.mcp().has("wiki", tool("look", true));
    var tries = new ArrayList<String>();
    stage
        .mcp()
        .does(
            (tool, _) -> {
              tries.add(tool);
              if (tries.size() < 3) {
                throw PuppetMcp.failed("wiki", SessionError.Type.MCP_CONNECTION_FAILED, true);
              }
              return PuppetMcp.text("at last");
            });
    asks(stage, "mcp__wiki__look");
    stage.wake();
    assertThat(tries).hasSize(3);
    assertThat(text(result(stage))).isEqualTo("at last");
    assertThat(stage.all(Event.Failed.class)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCallWhoseServerDiedIsReportedUnlessItIsRepeatable(boolean repeatable) throws Exception {
    var stage = stage(ALLOWED, List.of());
    stage.mcp().has("wiki", tool("look", repeatable)).does(new Endless());
    asks(stage, "mcp__wiki__look");
    StageFaults.wakeUntilDeath(stage);
    stage.mcp().knows("wiki", Knowledge.NONE); // as on another node
    stage.mcp().does((tool, _) -> PuppetMcp.text("did " + tool));
    stage.wake();
    assertThat(stage.mcp().called()).hasSize(repeatable ? 2 : 1);
    assertThat(stage.mcp().listed()).hasSize(1);
    assertThat(text(result(stage))).contains(repeatable ? "did look" : "may or may not");
  }

  /// Runs until its thread is interrupted.
  private static final class Endless implements PuppetMcp.Does {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public McpResult run(String tool, ToolCall call) throws InterruptedException {
      begun.countDown();
      try {
        new CountDownLatch(1).await();
        throw new IllegalStateException("never");
      } finally {
        ended.countDown();
      }
    }
  }

  @Test
  void anInterruptStopsACallAndItsResultSaysSo() throws Exception {
    var stage = allowed();
    var endless = new Endless();
    stage.mcp().does(endless);
    stage.model().thenCalls(toolUse("toolu_0", "mcp__wiki__look", INPUT));
    stage.send(stage.message("Hi"));
    endless.begun.await();
    stage.send(new Event.UserInterrupt(stage.interruptId()));
    endless.ended.await();
    await().until(() -> stage.row().status() == Status.IDLE);
    assertThat(text(result(stage))).contains("interrupted before completion");
  }

  @Test
  void aClientThatThrowsEndsNothing() throws Exception {
    var stage = allowed();
    stage
        .mcp()
        .does(
            (_, _) -> {
              throw new IllegalStateException("a secret of the server");
            });
    asks(stage, "mcp__wiki__look");
    stage.wake();
    assertThat(text(result(stage))).contains("internal error").doesNotContain("secret");
    assertThat(stage.all(Event.AgentMessage.class)).hasSize(1);
  }

  @Test
  void aLongResultIsCutAndSaysSo() throws Exception {
    var stage = allowed();
    stage.mcp().does((_, _) -> PuppetMcp.text("x".repeat(250_000)));
    asks(stage, "mcp__wiki__look");
    stage.wake();
    assertThat(text(result(stage)))
        .hasSizeLessThan(101_000)
        .endsWith(
            "[The result has 250,000 characters; the first 100,000 are above. The rest was left"
                + " out.]");
  }
}
