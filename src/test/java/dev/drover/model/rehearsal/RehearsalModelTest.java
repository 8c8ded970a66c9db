package dev.drover.model.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RehearsalModelTest {
  private static final Json.Arr ALL = tools("bash", "read", "write", "edit", "glob", "grep");

  private final List<Duration> pauses = new ArrayList<>();
  private final RehearsalModel model = new RehearsalModel(Duration.ofMillis(700), pauses::add);

  private static Json.Arr tools(String... names) {
    return new Json.Arr(Arrays.stream(names).map(name -> (Json) Json.obj("name", name)).toList());
  }

  private static Json.Obj user(Object content) {
    return Json.obj("role", "user", "content", content);
  }

  private static Json.Obj result(String id, Object content, boolean isError) {
    return Json.obj(
        "type", "tool_result", "tool_use_id", id, "content", content, "is_error", isError);
  }

  private Answer.Reply ask(Json.Arr tools, Json... messages) throws InterruptedException {
    return (Answer.Reply) model.answer(prompt(tools, messages), Listener.DEAF);
  }

  private static Prompt prompt(Json.Arr tools, Json... messages) {
    return new Prompt(
        "rehearsal", 1024, Optional.of("high"), Json.arr(), tools, new Json.Arr(List.of(messages)));
  }

  private static List<Json.Obj> ofType(Answer.Reply reply, String type) {
    return reply.content().items().stream()
        .map(block -> (Json.Obj) block)
        .filter(block -> type.equals(block.text("type")))
        .toList();
  }

  private static String text(Answer.Reply reply) {
    return String.valueOf(ofType(reply, "text").getFirst().text("text"));
  }

  @Test
  void instructionsBecomeParallelCallsInTheirOrder() throws Exception {
    var reply = ask(ALL, user("$ echo one\nread a.txt\n$ echo two"));

    assertThat(reply.stopReason()).isEqualTo("tool_use");
    var calls = ofType(reply, "tool_use");
    assertThat(calls)
        .extracting(call -> call.text("name") + call.object("input"))
        .containsExactly(
            "bash{\"command\":\"echo one\"}",
            "read{\"file_path\":\"a.txt\"}",
            "bash{\"command\":\"echo two\"}");
    assertThat(calls).extracting(call -> call.text("id")).doesNotHaveDuplicates();
    assertThat(calls.getFirst().text("id")).startsWith("toolu_");
  }

  @Test
  void resultsAreReportedAndTheTurnEnds() throws Exception {
    var message = user("$ echo one\n$ false");
    var first = ask(ALL, message);
    var ids = ofType(first, "tool_use").stream().map(call -> call.text("id")).toList();
    var reply =
        ask(
            ALL,
            message,
            Json.obj("role", "assistant", "content", first.content()),
            user(
                Json.arr(
                    result(ids.get(0), Json.arr(Json.obj("type", "text", "text", "one\n")), false),
                    result(ids.get(1), "$ echo not an instruction", true))));

    assertThat(reply.stopReason()).isEqualTo("end_turn");
    assertThat(text(reply))
        .contains("`$ echo one` succeeded:\n\n```\none\n```")
        .contains("`$ false` failed:\n\n```\n$ echo not an instruction\n```")
        .contains("offline model");
  }

  @Test
  void aFirstMessageThatSpellsOutNothingLooksAtThePlaceOnce() throws Exception {
    var message = user(Json.arr(Json.obj("type", "text", "text", "Fix the tests, please")));
    var first = ask(ALL, message);
    var call = ofType(first, "tool_use").getFirst();
    assertThat(ofType(first, "tool_use")).hasSize(1);
    assertThat(call.object("input").text("command")).contains("uname", "pwd", "ls");
    assertThat(text(first)).contains("`rehearsal`").contains("do not understand");

    var said = Json.obj("role", "assistant", "content", first.content());
    var place = user(Json.arr(result(String.valueOf(call.text("id")), "Linux\nroot\n/w", false)));
    var second = ask(ALL, message, said, place);
    assertThat(second.stopReason()).isEqualTo("end_turn");
    assertThat(text(second))
        .contains("Linux\nroot\n/w")
        .contains("the task is not done")
        .contains("`bash`, `read`")
        .contains("DROVER_ANTHROPIC_API_KEY")
        .contains("--model");

    var last = Json.obj("role", "assistant", "content", second.content());
    var later = ask(ALL, message, said, place, last, user("And now?"));
    assertThat(later.stopReason()).isEqualTo("end_turn");
    assertThat(text(later)).contains("`$ COMMAND`");
  }

  @Test
  void withoutTheToolNothingIsCalledAndTheAnswerSaysSo() throws Exception {
    assertThat(ask(Json.arr(), user("Do it")).stopReason()).isEqualTo("end_turn");
    var reply = ask(tools("read"), user("$ ls\nread a"));
    assertThat(ofType(reply, "tool_use")).hasSize(1);
    assertThat(text(reply)).contains("no tool `bash`");
  }

  @Test
  void aMistakeIsExplained() throws Exception {
    var reply = ask(ALL, user("```edit a\nno separator\n```"));
    assertThat(reply.stopReason()).isEqualTo("end_turn");
    assertThat(text(reply)).contains("=======");
  }

  @Test
  void onlyWhatTheUserWroteSinceTheLastAnswerCounts() throws Exception {
    var reply =
        ask(
            ALL,
            user("$ echo old"),
            Json.obj("role", "assistant", "content", "done\n$ echo mine"),
            user("$ echo a"),
            user("$ echo b"));
    assertThat(ofType(reply, "tool_use"))
        .extracting(call -> call.object("input").text("command"))
        .containsExactly("echo a", "echo b");
  }

  @Test
  void thoughtsComeFirstAndSigned() throws Exception {
    var reply = ask(ALL, user("think: hm\n$ ls"));
    assertThat(reply.content().items().getFirst())
        .isEqualTo(
            Json.obj("type", "thinking", "thinking", "hm", "signature", RehearsalModel.SIGNATURE));
    assertThat(reply.content().items()).hasSize(3);
  }

  @Test
  void theListenerHearsTheWholeTextInPieces() throws Exception {
    var pieces = new ArrayList<String>();
    var blocks = new ArrayList<String>();
    var listener =
        new Listener() {
          @Override
          public void blockStarted(int index, String type) {
            blocks.add(index + type);
          }

          @Override
          public void text(int index, String delta) {
            pieces.add(delta);
          }
        };
    var reply = (Answer.Reply) model.answer(prompt(ALL, user("think: a\n$ ls")), listener);
    var help = (Answer.Reply) model.answer(prompt(Json.arr(), user("hi")), listener);

    assertThat(String.join("", pieces)).isEqualTo(text(reply) + text(help));
    assertThat(pieces).hasSizeGreaterThan(10).noneMatch(piece -> piece.length() > 25);
    assertThat(blocks).containsExactly("0thinking", "1text", "2tool_use", "0text");
  }

  @Test
  void theSamePromptGetsTheSameAnswerAndALaterOneOtherIds() throws Exception {
    var message = user("$ date");
    var first = ask(ALL, message);
    assertThat(ask(ALL, message)).isEqualTo(first);
    var later =
        ask(ALL, message, Json.obj("role", "assistant", "content", first.content()), message);
    assertThat(ofType(later, "tool_use").getFirst().text("id"))
        .isNotEqualTo(ofType(first, "tool_use").getFirst().text("id"));
    assertThat(first.usage().inputTokens()).isPositive();
    assertThat(first.usage().outputTokens()).isPositive();
  }

  @Test
  void aLongResultIsCutAndAFenceInItIsKeptInside() throws Exception {
    var message = user("$ cat big");
    var first = ask(ALL, message);
    var id = String.valueOf(ofType(first, "tool_use").getFirst().text("id"));
    var reply =
        ask(
            ALL,
            message,
            Json.obj("role", "assistant", "content", first.content()),
            user(Json.arr(result(id, "```\n" + "🦆".repeat(9_000), false))));
    assertThat(text(reply)).contains("more characters").contains("````").hasSizeLessThan(5_000);
  }

  @Test
  void theFirstWordIsPacedAndTheWaitCanBeInterrupted() throws Exception {
    ask(ALL, user("hi"));
    assertThat(pauses).containsExactly(Duration.ofMillis(700));

    Thread.currentThread().interrupt();
    var slow = new RehearsalModel(Duration.ofHours(1), Pause.REAL);
    assertThatThrownBy(() -> slow.answer(prompt(ALL, user("hi")), Listener.DEAF))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void anInterruptIsHeardWithoutAPauseToo() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> ask(ALL, user("hi"))).isInstanceOf(InterruptedException.class);
  }
}
