package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.Toolset.Policy;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.session.Event;
import dev.drover.session.StopReason;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import dev.drover.testing.WireRules;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls that never run, whoever they are for: the model is told why.
final class RefusedCallsTest {
  private static final List<Tool> TOOLS =
      List.of(
          new Toolset(
              Toolset.OPEN,
              List.of(
                  setting("write", true, Policy.ALWAYS_ASK),
                  setting("edit", false, Policy.ALWAYS_ALLOW))),
          new CustomTool("lookup", "Looks something up.", Json.obj("type", "object")));

  private final Stage stage = new Stage(TOOLS);

  private static Toolset.ToolSetting setting(String tool, boolean enabled, Policy policy) {
    return new Toolset.ToolSetting(tool, new Toolset.Setting(enabled, policy));
  }

  @AfterEach
  void close() {
    stage
        .model()
        .prompts()
        .forEach(prompt -> assertThat(WireRules.fault(prompt.messages())).isEmpty());
    stage.close();
  }

  private static Answer.Reply flawed(String why, Json... blocks) {
    return new Answer.Reply(
        Json.arr((Object[]) blocks),
        "tool_use",
        Json.EMPTY,
        ScriptedModel.USAGE,
        new Answer.Flaws(Map.of(0, why), Answer.Lost.NOTHING));
  }

  /// The turn ends by itself, and nothing ran but what may.
  private String refused() throws InterruptedException {
    stage.model().thenText("done");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.StatusIdle.class))
        .extracting(Event.StatusIdle::reason)
        .containsExactly(new StopReason.EndTurn());
    var use = stage.all(Event.AgentToolUse.class).getFirst();
    assertThat(use.permission()).isEqualTo(Event.Permission.NOT_ENABLED);
    var result = stage.all(Event.AgentToolResult.class).getFirst();
    assertThat(result.toolUseId()).isEqualTo(use.id());
    assertThat(result.isError()).isTrue();
    var text = String.valueOf(((Json.Obj) result.content().items().getFirst()).text("text"));
    assertThat(stage.model().prompts().getLast().messages().toString())
        .contains(Json.of(text).toString());
    return text;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "write", "read", "lookup"})
  void aCallWhoseInputCannotBeReadIsAnsweredWithWhatIsWrong(String tool) throws Exception {
    var why = "not valid JSON at line 1, column 18: {\"command\":\"grep \\d+ x\"}";
    stage.model().then((_, _) -> flawed(why, toolUse("toolu_1", tool, Json.EMPTY)));
    assertThat(refused()).contains("did not run").contains(why);
    assertThat(stage.hand().calls()).isEmpty();
    assertThat(stage.all(Event.AgentCustomToolUse.class)).isEmpty();
  }

  @Test
  void callsBesideItRun() throws Exception {
    stage
        .model()
        .then(
            (_, _) ->
                flawed(
                    "no",
                    toolUse("toolu_1", "bash", Json.EMPTY),
                    toolUse("toolu_2", "read", Json.obj("file_path", "a"))));
    stage.hand().does(call -> ToolResult.success("ran " + call.name()));
    refused();
    assertThat(stage.hand().calls()).hasSize(1);
    assertThat(stage.all(Event.AgentToolResult.class)).hasSize(2);
  }

  @Test
  void aLongQuoteIsShortened() throws Exception {
    stage
        .model()
        .then((_, _) -> flawed("\uD83D\uDE00".repeat(9_000), toolUse("t", "bash", Json.EMPTY)));
    assertThat(refused()).hasSizeLessThan(5_000).contains("\uD83D\uDE00…");
  }

  static List<Json> notAnObject() {
    return List.of(Json.of("x"), Json.of(1), Json.NULL, Json.of(true), Json.arr(Json.EMPTY));
  }

  @ParameterizedTest
  @MethodSource("notAnObject")
  void anInputThatIsNoObjectIsRefused(Json input) throws Exception {
    stage.model().thenCalls(toolUse("toolu_1", "bash", Json.EMPTY).with("input", input));
    assertThat(refused()).contains("it is not an object");
  }

  static List<Arguments> unknown() {
    return List.of(
        Arguments.of("str_replace_based_edit_tool", "no such tool: str_replace_based_edit_tool. "),
        Arguments.of("Bash", "no such tool: Bash. "),
        Arguments.of("bash ", "no such tool: bash . "),
        Arguments.of("functions.bash", "no such tool: functions.bash. "),
        Arguments.of("mcp__x__y", "no such tool: mcp__x__y. "),
        Arguments.of("", "no such tool: a tool without a name. "),
        Arguments.of("x".repeat(300), "no such tool: " + "x".repeat(128) + "…. "),
        Arguments.of("\u5B57\n", "no such tool: \u5B57\n. "),
        Arguments.of(
            "edit", "Permission to use edit has been denied. It is not enabled for this agent. "),
        Arguments.of(
            "web_fetch",
            "Permission to use web_fetch has been denied. It is not enabled for this agent. "));
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void aToolThatIsNotOfferedIsAnsweredWithThoseThatAre(String name, String text) throws Exception {
    stage.model().thenCalls(toolUse("toolu_1", name, Json.obj("a", 1)));
    assertThat(refused()).startsWith(text).contains("bash", "lookup").doesNotContain("edit,");
  }

  @Test
  void aCallWithoutANameIsAnswered() throws Exception {
    stage.model().thenCalls(Json.obj("type", "tool_use", "id", "toolu_1", "input", Json.EMPTY));
    assertThat(refused()).startsWith("no such tool: a tool without a name.");
  }

  @Test
  void anAgentWithoutToolsSaysSo() throws Exception {
    try (var bare = new Stage(List.of())) {
      bare.model().thenCalls(toolUse("toolu_1", "bash", Json.EMPTY)).thenText("done");
      bare.queue("Hi");
      bare.wake();
      assertThat(bare.all(Event.AgentToolResult.class).getFirst().content().toString())
          .contains("There are no tools.");
    }
  }

  @Test
  void aCallOfAnOlderLogIsDenied() {
    var use =
        new Event.AgentToolUse(
            stage.interruptId(), "gone", Json.EMPTY, Event.Permission.NOT_ENABLED);
    assertThat(ThreadFold.Call.of(use, null).refusal()).isNull();
  }
}
