package dev.drover.bench.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.bench.context.CachingModel.Caching;
import dev.drover.bench.context.CachingModel.Outcome;
import dev.drover.bench.context.CachingModel.Overflow;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.session.ModelUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The simulated model server: what it caches, what it counts, and what it refuses.
final class CachingModelTest {
  private static final Json.Obj MARK = Json.obj("type", "ephemeral");

  private final SimulatedClock clock = new SimulatedClock();
  private final List<Json> messages = new ArrayList<>();
  private Json.Arr system = Json.arr(text("Be brief. ".repeat(100)));
  private Json.Arr tools = Json.arr(Json.obj("name", "work", "description", "Works."));
  private int calls;

  private CachingModel model(int context, Overflow overflow, Caching caching, boolean signs) {
    var server =
        new CachingModel.Server(context, 1_000, overflow, caching, signs, ContextComparison.PRICE);
    return new CachingModel(server, clock, _ -> List.of(text("ok"), use("toolu_" + calls++)));
  }

  private CachingModel model() {
    return model(100_000, Overflow.ANTHROPIC, Caching.MARKS, true);
  }

  private static Json.Obj text(String text) {
    return Json.obj("type", "text", "text", text);
  }

  private static Json.Obj use(String id) {
    return Json.obj("type", "tool_use", "id", id, "name", "work", "input", Json.EMPTY);
  }

  private static Json.Obj result(String id, String output) {
    return Json.obj("type", "tool_result", "tool_use_id", id, "content", Json.arr(text(output)));
  }

  private static Json.Obj message(String role, Json... blocks) {
    return Json.obj("role", role, "content", List.of(blocks));
  }

  /// The messages with a mark at the end of the last one.
  private Json.Arr marked() {
    var sent = new ArrayList<>(messages);
    var last = (Json.Obj) sent.removeLast();
    var content = new ArrayList<>(last.items("content"));
    content.add(((Json.Obj) content.removeLast()).with("cache_control", MARK));
    sent.add(last.with("content", content));
    return new Json.Arr(sent);
  }

  private Answer ask(CachingModel model) {
    return model.answer(
        new Prompt(CachingModel.ID, 1_000, Optional.empty(), system, tools, marked()),
        Listener.DEAF);
  }

  /// Asks, and appends the reply and the result of its call.
  private ModelUsage step(CachingModel model) {
    var reply = (Answer.Reply) ask(model);
    messages.add(message("assistant", reply.content().items().toArray(Json[]::new)));
    messages.add(message("user", result("toolu_" + (calls - 1), "done ".repeat(200))));
    return reply.usage();
  }

  private void says(String text) {
    messages.add(message("user", text(text)));
  }

  private void replace(int message, int block, Json.Obj with) {
    var old = (Json.Obj) messages.get(message);
    var content = new ArrayList<>(old.items("content"));
    content.set(block, with);
    messages.set(message, old.with("content", content));
  }

  @Test
  void aPromptThatGrowsIsReadFromTheCacheUpToTheLastMark() {
    var model = model();
    says("go");
    var first = step(model);
    assertThat(first.cacheReadTokens()).isZero();
    assertThat(first.inputTokens()).isZero();
    var second = step(model);
    assertThat(second.cacheReadTokens()).isEqualTo(first.cacheCreationTokens());
    assertThat(second.cacheCreationTokens()).isBetween(300L, 450L);
    assertThat(model.requests()).allMatch(CachingModel.Request::grew);
  }

  /// A request for a summary is beside the conversation.
  @Test
  void aRequestForASummaryMayRepeatAnEarlierPromptButNoOther() {
    var model = model(100_000, Overflow.ANTHROPIC, Caching.MARKS, false);
    says("go");
    step(model);
    step(model);
    var conversation = List.copyOf(messages);
    var instruction = text("Write working notes for the agent.");

    messages.subList(3, messages.size()).clear();
    append(instruction);
    ask(model);
    messages.clear();
    messages.addAll(conversation);
    append(instruction);
    ask(model);
    replace(2, 0, result("toolu_0", "something else"));
    ask(model);
    messages.clear();
    messages.addAll(conversation);
    ask(model);

    assertThat(model.requests())
        .extracting("summary")
        .containsExactly(false, false, true, true, true, false);
    assertThat(model.requests())
        .extracting("grew")
        .containsExactly(true, true, true, true, false, true);
  }

  private void append(Json.Obj block) {
    var last = (Json.Obj) messages.removeLast();
    var content = new ArrayList<>(last.items("content"));
    content.add(block);
    messages.add(last.with("content", content));
  }

  @Test
  void theCacheEndsFiveMinutesAfterItsLastUse() {
    var model = model();
    says("go");
    step(model);
    clock.advance(Duration.ofMinutes(4));
    assertThat(step(model).cacheReadTokens()).isPositive();
    clock.advance(Duration.ofMinutes(4));
    assertThat(step(model).cacheReadTokens()).isPositive();
    clock.advance(Duration.ofMinutes(5));
    assertThat(step(model).cacheReadTokens()).isZero();
  }

  @Test
  void anEntryIsFoundOnlyTwentyBlocksBeforeAMark() {
    var model = model(100_000, Overflow.ANTHROPIC, Caching.MARKS, false);
    says("go");
    step(model);
    var last = (Json.Obj) messages.removeLast();
    var many = new ArrayList<>(last.items("content"));
    for (int i = 0; i < 16; i++) {
      many.add(text("more " + i));
    }
    messages.add(last.with("content", many));
    assertThat(step(model).cacheReadTokens()).isPositive();
    last = (Json.Obj) messages.removeLast();
    many = new ArrayList<>(last.items("content"));
    for (int i = 0; i < 22; i++) {
      many.add(text("too many " + i));
    }
    messages.add(last.with("content", many));
    assertThat(step(model).cacheReadTokens()).isZero();
  }

  @Test
  void aServerWithoutMarksReadsTheLongestBeginning() {
    var model = model(100_000, Overflow.LLAMA_CPP, new Caching(false, Duration.ofHours(1)), false);
    says("go");
    var first = step(model);
    assertThat(first.cacheCreationTokens()).isZero();
    replace(2, 0, result("toolu_0", "something else"));
    var second = step(model);
    assertThat(second.cacheReadTokens()).isEqualTo(first.inputTokens());
    assertThat(second.inputTokens()).isLessThan(100);
  }

  @ParameterizedTest
  @EnumSource(
      value = Overflow.class,
      names = {"ANTHROPIC", "OPENAI", "LLAMA_CPP"})
  void whatIsTooLongIsRefusedWithBothNumbers(Overflow overflow) {
    var model = model(2_000, overflow, Caching.MARKS, true);
    says("long ".repeat(2_000));
    var failure = (Answer.Failure) ask(model);
    assertThat(failure.kind()).isEqualTo(Answer.Kind.CONTEXT_FULL);
    assertThat(failure.message())
        .contains("2000", Long.toString(model.requests().getLast().size()));
  }

  @Test
  void aSilentServerCountsOnlyWhatItKept() {
    var model = model(2_000, Overflow.SILENT, Caching.MARKS, false);
    says("long ".repeat(2_000));
    assertThat(((Answer.Reply) ask(model)).usage().inputTokens()).isEqualTo(2_000);
  }

  /// What a harness may get wrong, and what it may do.
  @ParameterizedTest
  @CsvSource({
    "a clock in the system prompt, false",
    "other tools, false",
    "a result that is shortened late, false",
    "a message that is lost, false",
    "thinking that is lost in between, false",
    "all thinking left out, true",
    "the first thinking left out, true",
    "nothing, true"
  })
  void thinkingIsAcceptedOnlyAfterWhatItWasWrittenAfter(String change, boolean accepted) {
    var model = model();
    says("go");
    for (int i = 0; i < 3; i++) {
      step(model);
    }
    switch (change) {
      case "a clock in the system prompt" -> system = Json.arr(text("It is 10:01."));
      case "other tools" -> tools = Json.arr(Json.obj("name", "work", "description", "Works!"));
      case "a result that is shortened late" -> replace(2, 0, result("toolu_0", "[left out]"));
      case "a message that is lost" -> messages.set(0, message("user", text("stop")));
      case "thinking that is lost in between" -> withoutThinking(3);
      case "all thinking left out" -> {
        withoutThinking(1);
        withoutThinking(3);
        withoutThinking(5);
      }
      case "the first thinking left out" -> withoutThinking(1);
      default -> {}
    }
    assertThat(ask(model) instanceof Answer.Reply).isEqualTo(accepted);
    if (!accepted) {
      assertThat(model.requests().getLast().outcome()).isEqualTo(Outcome.INVALID);
      assertThat(model.requests().getLast().fault()).contains("bound to a different conversation");
    }
  }

  private void withoutThinking(int message) {
    var old = (Json.Obj) messages.get(message);
    var content = new ArrayList<>(old.items("content"));
    content.removeFirst();
    messages.set(message, old.with("content", content));
  }

  @Test
  void aConversationThatIsNotWellFormedIsRefused() {
    var model = model(100_000, Overflow.ANTHROPIC, Caching.MARKS, false);
    says("go");
    step(model);
    messages.removeLast();
    says("and now?");
    assertThat(ask(model)).isInstanceOf(Answer.Failure.class);
    assertThat(model.requests().getLast().fault()).contains("tool_result");
    messages.clear();
    messages.add(message("assistant", text("hello")));
    assertThat(ask(model)).isInstanceOf(Answer.Failure.class);
  }
}
