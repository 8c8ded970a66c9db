package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.model.Prompt;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ModelUsage;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.testing.Stage;
import dev.drover.testing.WireRules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Nothing in a session's history makes a later request invalid.
final class HistoryTest {
  private static final Json.Obj THINKING =
      Json.obj("type", "thinking", "thinking", "hm", "signature", "s");
  private static final Json.Obj REDACTED = Json.obj("type", "redacted_thinking", "data", "x");
  private static final Json.Obj TEXT = textBlock("hello");

  private static Json.Obj call(String id) {
    return toolUse(id, "bash", Json.obj("command", "x"));
  }

  private static Json.Obj without(Json.Obj block, String key) {
    var fields = new LinkedHashMap<>(block.fields());
    fields.remove(key);
    return new Json.Obj(fields);
  }

  static List<Arguments> replies() {
    return List.of(
        Arguments.of("thinking last", reply("end_turn", TEXT, THINKING)),
        Arguments.of("thinking twice last", reply("end_turn", TEXT, THINKING, REDACTED)),
        Arguments.of("a blank text last", reply("end_turn", TEXT, THINKING, textBlock("\n\n"))),
        Arguments.of("a blank text of another kind", reply("end_turn", textBlock("\u200B"), TEXT)),
        Arguments.of("blanks between", reply("end_turn", THINKING, textBlock("\u00A0"), TEXT)),
        Arguments.of("thinking after a call", reply("tool_use", call("toolu_1"), THINKING)),
        Arguments.of("a call without an id", reply("tool_use", without(call("t"), "id"))),
        Arguments.of(
            "two calls without an id",
            reply("tool_use", without(call("t"), "id"), without(call("t"), "id"))),
        Arguments.of("an empty id", reply("tool_use", call(""))),
        Arguments.of("an id that is null", reply("tool_use", call("t").with("id", null))),
        Arguments.of("an id that is a number", reply("tool_use", call("t").with("id", 7))),
        Arguments.of("one id for two calls", reply("tool_use", call("same"), call("same"))),
        Arguments.of("an id of an earlier reply", reply("tool_use", call("earlier"))),
        Arguments.of("an id of another alphabet", reply("tool_use", call("call:0|fn.x"))),
        Arguments.of("an id of letters elsewhere", reply("tool_use", call("\u00E9\u00E8"))),
        Arguments.of("an id of 200 characters", reply("tool_use", call("a".repeat(200)))),
        Arguments.of(
            "a name with dots", reply("tool_use", toolUse("t", "functions.bash", Json.EMPTY))),
        Arguments.of("a name with blanks", reply("tool_use", toolUse("t", "ba sh\n", Json.EMPTY))),
        Arguments.of("an empty name", reply("tool_use", toolUse("t", "", Json.EMPTY))),
        Arguments.of("no name", reply("tool_use", without(call("t"), "name"))),
        Arguments.of(
            "a name of 300 characters",
            reply("tool_use", toolUse("t", "n".repeat(300), Json.EMPTY))),
        Arguments.of("an input that is a text", reply("tool_use", call("t").with("input", "x"))),
        Arguments.of(
            "an input that is a list", reply("tool_use", call("t").with("input", Json.arr()))),
        Arguments.of("an input that is null", reply("tool_use", call("t").with("input", null))),
        Arguments.of("no input", reply("tool_use", without(call("t"), "input"))),
        Arguments.of("a block without a type", reply("end_turn", TEXT, Json.obj("text", "x"))),
        Arguments.of("a block that is no object", reply("end_turn", TEXT, Json.of("x"))),
        Arguments.of("a block that is null", reply("end_turn", Json.NULL, TEXT)),
        Arguments.of("a text without a text", reply("end_turn", TEXT, Json.obj("type", "text"))),
        Arguments.of("a refusal with a call", reply("refusal", TEXT, call("t"))),
        Arguments.of("a text after calls", reply("tool_use", call("t"), TEXT)),
        Arguments.of("a pause", reply("pause_turn", TEXT)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("replies")
  void whateverTheModelSaidCanBeSentBack(String name, Answer.Reply odd) throws Exception {
    try (var stage = new Stage()) {
      stage
          .model()
          .thenCalls(call("earlier"))
          .then((_, _) -> odd)
          .otherwise((_, _) -> reply("end_turn", TEXT));
      stage.hand().does(_ -> ToolResult.success(" \u00A0\n"));
      for (var text : List.of("a", "b", "c")) {
        stage.queue(text);
        stage.wake();
      }
      var prompts = stage.model().prompts();
      for (int i = 0; i < prompts.size(); i++) {
        assertThat(WireRules.fault(prompts.get(i).messages())).isEmpty();
        if (i > 0) {
          assertThat(blocks(prompts.get(i))).startsWith(blocks(prompts.get(i - 1)));
        }
      }
      assertThat(stage.all(Event.Failed.class)).isEmpty();
    }
  }

  /// Every block with its role: what a server's cache compares.
  private static String[] blocks(Prompt prompt) {
    var blocks = new ArrayList<String>();
    for (var item : prompt.messages().items()) {
      var message = (Json.Obj) item;
      for (var block : message.items("content")) {
        blocks.add(
            message.text("role")
                + block.toString().replace(",\"cache_control\":{\"type\":\"ephemeral\"}", ""));
      }
    }
    return blocks.toArray(String[]::new);
  }

  @Test
  void aBlankOutputIsSentAsNoOutput() throws Exception {
    for (var output : List.of("", " ", "\n", "\t\r\n", "\u00A0", "\u200B", "\uFEFF \u2003")) {
      try (var stage = new Stage()) {
        stage.model().thenCalls(call("toolu_1")).thenText("ok");
        stage.hand().does(_ -> ToolResult.success(output));
        stage.queue("Hi");
        stage.wake();
        assertThat(stage.model().prompts().getLast().messages().toString())
            .contains("\"text\":\"(no output)\"");
      }
    }
  }

  private final List<Stored> log = new ArrayList<>();

  private void event(Event event, Json.@Nullable Obj hidden) {
    log.add(new Stored(log.size() + 1, Instant.EPOCH, ThreadKey.PRIMARY, event, "{}", hidden));
  }

  private EventId id() {
    return new EventId("sevt_" + log.size());
  }

  private void says(Json... blocks) {
    event(new Event.UserMessage(id(), Json.arr((Object[]) blocks)), null);
  }

  private void replies(List<String> uses, Json... blocks) {
    event(
        new Event.ModelRequestEnd(id(), id(), false, ModelUsage.NONE),
        Json.obj("content", List.of(blocks), "stop_reason", "tool_use", "tool_uses", uses));
  }

  private Json.Arr rendered() {
    var messages = new ChapterView(false).messages(slices -> slices.accept(log)).messages();
    assertThat(WireRules.fault(messages)).isEmpty();
    return messages;
  }

  @Test
  void blankMessagesOfAnOlderLogAreSentAsANote() {
    says(textBlock("\u00A0"));
    replies(List.of(), TEXT);
    says(textBlock("\u200B"), TEXT);
    says();
    assertThat(rendered().toString()).contains("(no text)").doesNotContain("\u00A0", "\u200B");
  }

  @Test
  void aConversationThatTheModelBeginsGetsABeginning() {
    replies(List.of(), TEXT);
    assertThat(rendered().items()).hasSize(2);
  }

  private static final Json.Obj SEARCH =
      Json.obj("type", "server_tool_use", "id", "s1", "name", "web_search", "input", Json.EMPTY);
  private static final Json.Obj FOUND =
      Json.obj("type", "web_search_tool_result", "tool_use_id", "s1", "content", List.of());

  @Test
  void aCallOfAServersToolWithoutItsResultIsLeftOutOnceSomethingFollows() {
    says(TEXT);
    replies(List.of(), TEXT, SEARCH);
    assertThat(rendered().toString()).contains("server_tool_use");
    says(TEXT);
    assertThat(rendered().toString()).doesNotContain("server_tool_use");
  }

  @Test
  void aReplyOfNothingElseIsLeftOutWithItsThinking() {
    says(TEXT);
    replies(List.of(), THINKING, SEARCH);
    says(TEXT);
    assertThat(rendered().items()).hasSize(1);
  }

  @Test
  void aCallOfAServersToolStaysBesideItsResultAndAResultBesideItsCall() {
    says(TEXT);
    replies(List.of(), SEARCH);
    replies(List.of(), FOUND, TEXT);
    says(TEXT);
    assertThat(rendered().toString()).contains("server_tool_use", "web_search_tool_result");
    replies(List.of("sevt_a"), FOUND.with("tool_use_id", "s2"), SEARCH.with("id", "s3"), call("a"));
    event(new Event.AgentToolResult(id(), new EventId("sevt_a"), Json.arr(TEXT), false), null);
    assertThat(rendered().toString()).doesNotContain("s2", "s3");
  }

  @Test
  void aCallWithoutAResultGetsOne() {
    says(TEXT);
    replies(List.of("sevt_a", "sevt_b"), call("a"), call("b"));
    event(new Event.AgentToolResult(id(), new EventId("sevt_b"), Json.arr(TEXT), false), null);
    replies(List.of(), TEXT);
    says(TEXT);
    assertThat(rendered().toString()).contains("(no result was recorded)");
  }

  @Test
  void aResultWithoutACallAndASecondResultAreLeftOut() {
    says(TEXT);
    replies(List.of("sevt_a"), call("a"));
    for (var use : List.of("sevt_a", "sevt_a", "sevt_none")) {
      event(new Event.AgentToolResult(id(), new EventId(use), Json.arr(TEXT), false), null);
    }
    assertThat(rendered().toString().split("\"tool_result\"", -1)).hasSize(2);
  }

  @Test
  void whatComesBetweenTheResultsOfOneReplyFollowsThem() {
    says(TEXT);
    replies(List.of("sevt_a", "sevt_b"), call("a"), call("b"));
    custom("sevt_a", Optional.of(Json.arr(TEXT)), false);
    event(new Event.SystemMessage(id(), Json.arr(textBlock("psst"))), null);
    custom("sevt_b", Optional.empty(), true);
    var messages = rendered().items();
    assertThat(messages.getLast().toString()).contains("psst");
    assertThat(messages.get(2).toString()).contains("(no output)");
  }

  private void custom(String use, Optional<Json.Arr> content, boolean failed) {
    event(
        new Event.UserCustomToolResult(id(), new EventId(use), content, Optional.of(failed)), null);
  }

  @Test
  void callsThatTheLogDoesNotNameAreLeftOut() {
    says(TEXT);
    replies(List.of("sevt_a"), call("a"), call("b"));
    assertThat(rendered().toString()).doesNotContain("\"b\"");
  }
}
