package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.model.Prompt;
import dev.drover.profile.Strategy;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.Event.CompactionFailed.Reason;
import dev.drover.session.Event.ContextOpened.Kind;
import dev.drover.session.ModelUsage;
import dev.drover.session.SessionError;
import dev.drover.session.StopReason;
import dev.drover.testing.Stage;
import dev.drover.testing.WireRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Contexts that are summarized by a request of their own, with models that do what they are asked
/// for, and with others.
final class SummaryTest {
  private static final int WINDOW = 40_000;
  private static final int CALLS = 5;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String FACT = "The archive is at vault-4711.";

  private final Stage stage = new Stage().withContext(Strategy.SUMMARY);
  private final List<Prompt> summaries = new ArrayList<>();
  private final List<Prompt> asked = new ArrayList<>();
  private UnaryOperator<Answer> summary = UnaryOperator.identity();

  @BeforeEach
  void open() {
    stage.model().withContext(WINDOW, true).otherwise((prompt, _) -> answer(prompt));
    stage.hand().does(_ -> ToolResult.success("output line 4711 ".repeat(120)));
  }

  @AfterEach
  void close() {
    stage.close();
  }

  static int tokens(Prompt prompt) {
    int characters =
        prompt.system().toString().length()
            + prompt.tools().toString().length()
            + prompt.messages().toString().length();
    return characters * 10 / 32;
  }

  static boolean isForSummary(Prompt prompt) {
    return prompt.messages().toString().contains(SummaryRequest.BEGINNING);
  }

  static Answer.Reply said(Prompt prompt, String stop, Json... blocks) {
    return new Answer.Reply(
        Json.arr((Object[]) blocks), stop, Json.EMPTY, new ModelUsage(tokens(prompt), 50, 0, 0));
  }

  static Answer.Reply good(Prompt prompt) {
    return said(
        prompt, "end_turn", textBlock("Goal: the report. " + FACT + " Next: part 9. ".repeat(20)));
  }

  /// A model that calls a tool some times and then ends its turn.
  private Answer answer(Prompt prompt) {
    assertThat(WireRules.fault(prompt.messages())).isEmpty();
    if (tokens(prompt) > WINDOW) {
      return full(prompt);
    }
    if (isForSummary(prompt)) {
      summaries.add(prompt);
      return summary.apply(good(prompt));
    }
    asked.add(prompt);
    int number = asked.size() - 1;
    return number % (CALLS + 1) == CALLS
        ? said(prompt, "end_turn", textBlock("Turn " + number + " is done."))
        : said(
            prompt,
            "tool_use",
            toolUse("toolu_" + number, "read", Json.obj("file_path", "/workspace/f" + number)));
  }

  private static Answer.Failure full(Prompt prompt) {
    return new Answer.Failure(
        Answer.Kind.CONTEXT_FULL,
        "prompt is too long: " + tokens(prompt) + " tokens > " + WINDOW,
        Optional.empty());
  }

  private void turns(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      stage.queue("Part " + i + ".");
      stage.wake();
    }
  }

  private List<Event.ContextOpened> chapters() {
    return stage.all(Event.ContextOpened.class);
  }

  private List<Reason> failures() {
    return stage.all(Event.CompactionFailed.class).stream()
        .map(Event.CompactionFailed::reason)
        .toList();
  }

  private void allTurnsEnded() {
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.StatusIdle.class))
        .allSatisfy(idle -> assertThat(idle.reason()).isEqualTo(new StopReason.EndTurn()));
  }

  private long used() {
    return stage.all(Event.ModelRequestEnd.class).stream()
        .mapToLong(end -> end.usage().inputTokens())
        .sum();
  }

  @Test
  void aSummaryTakesThePlaceOfTheOldRounds() throws Exception {
    stage.queue("Never delete the archive.");
    stage.wake();
    turns(20);
    allTurnsEnded();
    assertThat(chapters()).hasSizeBetween(2, 15);
    assertThat(chapters()).allSatisfy(one -> assertThat(one.kind()).isEqualTo(Kind.SUMMARY));
    assertThat(summaries).hasSameSizeAs(chapters());
    assertThat(stage.all(Event.ContextCompacted.class)).hasSameSizeAs(chapters());
    for (var prompt : asked.subList(asked.size() - 5, asked.size())) {
      assertThat(prompt.messages().toString())
          .contains("Never delete the archive.", FACT, "<files>", "/workspace/f")
          .doesNotContain(SummaryRequest.BEGINNING);
    }
    assertThat(summaries)
        .allSatisfy(
            prompt -> {
              assertThat(prompt.tools().items()).isNotEmpty();
              assertThat(prompt.mayCall()).isTrue();
              assertThat(prompt.maxTokens()).isLessThanOrEqualTo(16_000);
            });
    assertThat(stage.row().progress().usage().inputTokens()).isEqualTo(used());
  }

  @Test
  void aRequestForASummaryGoesOnWhereTheConversationEnded() throws Exception {
    turns(8);
    assertThat(summaries).isNotEmpty();
    var conversation = unmarked(asked.getFirst());
    for (var prompt : asked) {
      var now = unmarked(prompt);
      if (now.startsWith(conversation.substring(0, conversation.length() - 2))) {
        conversation = now;
      }
    }
    assertThat(conversation.length()).isGreaterThan(2 * unmarked(asked.getFirst()).length());
    assertThat(unmarked(summaries.getFirst()))
        .startsWith(conversation.substring(0, conversation.length() - 2));
  }

  private static String unmarked(Prompt prompt) {
    return prompt.messages().toString().replace(",\"cache_control\":{\"type\":\"ephemeral\"}", "");
  }

  @Test
  void aMessageWaitsUntilTheNewChapterHasBegun() throws Exception {
    turns(20);
    var log = stage.log();
    for (int i = 0; i < log.size(); i++) {
      if (log.get(i).event() instanceof Event.ModelRequestStart && Compaction.is(log.get(i))) {
        assertThat(log.get(i + 1).event()).isInstanceOf(Event.ModelRequestEnd.class);
        assertThat(log.get(i + 2).event()).isInstanceOf(Event.ContextCompacted.class);
        assertThat(log.get(i + 3).event()).isInstanceOf(Event.ContextOpened.class);
      }
    }
  }

  /// The answers of a model that never gives a usable summary, and what is tried with it.
  private void unkind(UnaryOperator<Answer> way, Reason... expected) throws InterruptedException {
    summary = way;
    turns(20);
    allTurnsEnded();
    assertThat(failures()).contains(expected);
    assertThat(stage.all(Event.CompactionFailed.class))
        .allSatisfy(
            failed -> {
              assertThat(failed.next()).isGreaterThanOrEqualTo(failed.rung());
              assertThat(failed.next()).isLessThanOrEqualTo(Event.CompactionFailed.LAST);
            });
    assertThat(chapters()).isNotEmpty();
    assertThat(chapters()).allSatisfy(one -> assertThat(one.kind()).isIn(Kind.ROLLING, Kind.TRIM));
    // Three of each chapter, of which there are few.
    assertThat(summaries.size()).isLessThanOrEqualTo(3 * (chapters().size() + 1));
    int before = asked.size();
    stage.queue("And now?");
    stage.wake();
    assertThat(asked.size()).isGreaterThan(before);
    allTurnsEnded();
  }

  private static Answer.Reply with(Answer answer, String stop, Json... blocks) {
    var reply = (Answer.Reply) answer;
    return new Answer.Reply(
        Json.arr((Object[]) blocks), stop, Json.EMPTY, reply.usage(), reply.flaws());
  }

  @Test
  void aToolCallIsNoSummary() throws Exception {
    unkind(
        answer -> with(answer, "tool_use", toolUse("toolu_x", "bash", Json.obj("command", "ls"))),
        Reason.TOOL_CALL,
        Reason.TOOL_CALL,
        Reason.TOOL_CALL);
    assertThat(summaries).anyMatch(prompt -> !prompt.mayCall());
    assertThat(summaries).anyMatch(prompt -> prompt.tools().items().isEmpty());
    assertThat(stage.all(Event.AgentToolUse.class)).noneMatch(use -> use.name().equals("bash"));
  }

  @Test
  void aCallThatIsWrittenAsTextIsNoSummary() throws Exception {
    unkind(
        answer ->
            with(
                answer,
                "end_turn",
                textBlock("<tool_call>\n{\"name\": \"bash\", \"arguments\": {}}\n</tool_call>")),
        Reason.TOOL_CALL);
  }

  @Test
  void anEmptyReplyIsNoSummary() throws Exception {
    unkind(answer -> with(answer, "end_turn"), Reason.EMPTY);
  }

  @Test
  void thinkingAloneIsNoSummary() throws Exception {
    unkind(
        answer ->
            with(
                answer,
                "end_turn",
                Json.obj("type", "thinking", "thinking", "hm ".repeat(300), "signature", "s")),
        Reason.EMPTY);
  }

  @Test
  void anExcuseIsNoSummary() throws Exception {
    unkind(answer -> with(answer, "end_turn", textBlock("Summary unavailable.")), Reason.EMPTY);
  }

  @Test
  void aReplyThatIsCutOffIsNoSummaryAndGetsTwiceTheRoom() throws Exception {
    unkind(answer -> with(answer, "max_tokens", textBlock("Goal. ".repeat(100))), Reason.CUT_OFF);
    assertThat(summaries.get(1).maxTokens()).isGreaterThan(summaries.getFirst().maxTokens());
  }

  @Test
  void aRefusalIsNoSummaryAndIsNotRepeated() throws Exception {
    unkind(answer -> with(answer, "refusal", textBlock("I cannot.")), Reason.REFUSED);
    assertThat(stage.all(Event.CompactionFailed.class).getFirst().next())
        .isEqualTo(SummaryDraft.SLIM);
  }

  @Test
  void aTextThatIsTooLongIsNoSummary() throws Exception {
    unkind(answer -> with(answer, "end_turn", textBlock("state ".repeat(8_000))), Reason.TOO_LONG);
    assertThat(unmarked(summaries.get(1))).contains("too long. Leave out");
  }

  @Test
  void anEchoOfTheInstructionIsNoSummary() throws Exception {
    unkind(
        answer ->
            with(
                answer,
                "end_turn",
                textBlock(SummaryRequest.BEGINNING + " Of all up to here. ".repeat(30))),
        Reason.ECHO);
  }

  @Test
  void aServerThatRefusesTheRequestGetsAShorterOneOfWordsAlone() throws Exception {
    unkind(
        _ -> new Answer.Failure(Answer.Kind.REJECTED, "HTTP 400: no", Optional.empty()),
        Reason.REJECTED);
    assertThat(summaries.get(1).messages().items()).hasSize(1);
    assertThat(unmarked(summaries.get(1))).contains("<session>", "call of read: ");
  }

  @Test
  void anOverloadedServerIsAskedAgainWhenTheContextHasGrown() throws Exception {
    summary =
        answer ->
            summaries.size() == 1
                ? new Answer.Failure(Answer.Kind.OVERLOADED, "HTTP 529", Optional.empty())
                : answer;
    turns(12);
    allTurnsEnded();
    var failed = stage.all(Event.CompactionFailed.class);
    assertThat(failures()).containsExactly(Reason.UNAVAILABLE);
    assertThat(failed.getFirst().next()).isEqualTo(failed.getFirst().rung());
    assertThat(chapters().getFirst().kind()).isEqualTo(Kind.SUMMARY);
    assertThat((double) tokens(summaries.get(1))).isGreaterThan(1.05 * tokens(summaries.get(0)));
  }

  @Test
  void theRepairedRequestBringsTheSummary() throws Exception {
    summary =
        answer ->
            summaries.size() % 2 == 1
                ? with(answer, "tool_use", toolUse("toolu_x", "bash", Json.obj()))
                : answer;
    turns(20);
    allTurnsEnded();
    assertThat(chapters()).isNotEmpty();
    assertThat(chapters()).allSatisfy(one -> assertThat(one.kind()).isEqualTo(Kind.SUMMARY));
    assertThat(failures()).hasSameSizeAs(chapters()).containsOnly(Reason.TOOL_CALL);
    assertThat(summaries).anySatisfy(prompt -> assertThat(prompt.mayCall()).isFalse());
  }

  @Test
  void aChapterWithoutASummaryKeepsTheOneBefore() throws Exception {
    summary =
        answer -> summaries.size() == 1 ? answer : with(answer, "refusal", textBlock("I cannot."));
    turns(25);
    allTurnsEnded();
    assertThat(chapters().getFirst().kind()).isEqualTo(Kind.SUMMARY);
    assertThat(chapters().getLast().kind()).isIn(Kind.ROLLING, Kind.TRIM);
    assertThat(asked.getLast().messages().toString()).contains(FACT);
  }

  @Test
  void aModelWithHalfTheContextThatWasSaidIsSummarizedToo() throws Exception {
    stage
        .model()
        .withContext(2 * WINDOW, true)
        .otherwise((prompt, _) -> tokens(prompt) > WINDOW ? full(prompt) : answer(prompt));
    turns(25);
    allTurnsEnded();
    assertThat(chapters()).anyMatch(one -> one.cause() == Event.ContextOpened.Cause.OVERFLOW);
    assertThat(chapters()).anyMatch(one -> one.kind() == Kind.SUMMARY);
    assertThat(chapters().getLast().gauge().window()).isLessThan(2 * WINDOW);
  }

  @Test
  void aNecessarySummaryIsTriedAgainLikeAnyRequest() throws Exception {
    var broken = new int[1];
    summary =
        answer ->
            broken[0]++ == 0
                ? new Answer.Failure(Answer.Kind.OVERLOADED, "HTTP 529", Optional.empty())
                : answer;
    turns(5);
    assertThat(summaries).isEmpty();
    stage.queue("A long one: " + "words ".repeat(10_000));
    stage.wake();
    assertThat(summaries).hasSizeGreaterThanOrEqualTo(2);
    assertThat(stage.all(Event.Failed.class))
        .singleElement()
        .satisfies(
            failed -> assertThat(failed.error().retry()).isEqualTo(SessionError.Retry.RETRYING));
    assertThat(stage.all(Event.StatusRescheduled.class)).hasSize(1);
    assertThat(failures()).isEmpty();
    assertThat(chapters().getFirst().kind()).isEqualTo(Kind.SUMMARY);
    assertThat(asked.getLast().messages().toString()).contains("A long one");
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.EndTurn());
  }

  /// It has to fit: so its prompt is an earlier one, which the model server has in its cache, and
  /// not the last one. What came since then is kept as it was.
  @Test
  void aNecessarySummaryRepeatsAnEarlierRequestWithAnInstructionAtItsEnd() throws Exception {
    stage.model().withContext(2 * WINDOW, true); // so the server's refusal comes first
    var before = new ArrayList<Integer>();
    summary =
        answer -> {
          before.add(asked.size());
          return answer;
        };
    turns(15);
    allTurnsEnded();
    assertThat(chapters().getFirst().cause()).isEqualTo(Event.ContextOpened.Cause.OVERFLOW);
    var prompt = unmarked(summaries.getFirst());
    var block = ",{\"type\":\"text\",\"text\":\"" + SummaryRequest.BEGINNING;
    var repeated = prompt.substring(0, prompt.lastIndexOf(block)) + "]}]";
    var conversation =
        asked.subList(0, before.getFirst()).stream().map(SummaryTest::unmarked).toList();
    assertThat(conversation.subList(0, conversation.size() - 1)).contains(repeated);
    for (int i = 1; i < conversation.size(); i++) {
      var earlier = conversation.get(i - 1);
      assertThat(conversation.get(i)).startsWith(earlier.substring(0, earlier.length() - 2));
    }
    var next = unmarked(asked.get(conversation.size()));
    assertThat(next).contains(FACT);
    for (int i = conversation.indexOf(repeated); i < conversation.size(); i++) {
      assertThat(next)
          .contains(i % (CALLS + 1) == CALLS ? "Turn " + i + " is done." : "\"toolu_" + i + "\"");
    }
  }

  @Test
  void aNecessarySummaryThatNeverComesIsReplacedByAList() throws Exception {
    summary = _ -> new Answer.Failure(Answer.Kind.OVERLOADED, "HTTP 529", Optional.empty());
    turns(5);
    stage.queue("A long one: " + "words ".repeat(10_000));
    stage.wake();
    assertThat(stage.all(Event.Failed.class)).hasSize(Stage.QUICK.limit() - 1);
    assertThat(stage.all(Event.StatusRescheduled.class)).hasSize(Stage.QUICK.limit() - 1);
    assertThat(failures()).isNotEmpty().containsOnly(Reason.UNAVAILABLE);
    assertThat(stage.all(Event.CompactionFailed.class).getFirst().next())
        .isEqualTo(Event.CompactionFailed.LAST);
    assertThat(chapters()).singleElement().extracting("kind").isEqualTo(Kind.ROLLING);
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.EndTurn());
  }

  @Test
  void anInterruptEndsASummaryAndNothingIsLost() throws Exception {
    var begun = new CountDownLatch(1);
    stage
        .model()
        .otherwise(
            (prompt, _) -> {
              if (isForSummary(prompt) && begun.getCount() > 0) {
                begun.countDown();
                new CountDownLatch(1).await();
              }
              return answer(prompt);
            });
    var interrupter = Thread.ofVirtual().start(() -> interruptAfter(begun));
    for (int i = 1; i <= 20 && begun.getCount() > 0; i++) {
      int turns = i;
      stage.send(stage.message("Part " + i + "."));
      await()
          .atMost(LIMIT)
          .until(() -> begun.getCount() == 0 || stage.all(Event.StatusIdle.class).size() == turns);
    }
    assertThat(begun.getCount()).isZero();
    interrupter.join();
    await().atMost(LIMIT).until(() -> stage.all(Event.UserInterrupt.class).size() == 1);
    assertThat(stage.wakes().await(LIMIT)).isTrue();
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.CompactionFailed.class)).isEmpty();
    assertThat(stage.all(Event.ModelRequestEnd.class))
        .filteredOn(Event.ModelRequestEnd::isError)
        .hasSize(1);
    int turns = stage.all(Event.StatusIdle.class).size();
    stage.send(stage.message("Go on."));
    await().atMost(LIMIT).until(() -> stage.all(Event.StatusIdle.class).size() > turns);
    assertThat(stage.wakes().await(LIMIT)).isTrue();
    assertThat(chapters()).singleElement().extracting("kind").isEqualTo(Kind.SUMMARY);
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.EndTurn());
    assertThat(stage.store().eventLog().inbox(stage.session()).queued()).isEmpty();
  }

  private void interruptAfter(CountDownLatch begun) {
    try {
      begun.await();
      stage.send(new Event.UserInterrupt(stage.interruptId()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
