package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.model.CompactionBlock;
import dev.drover.model.Prompt;
import dev.drover.model.anthropic.MessagesModel;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.Timeouts;
import dev.drover.profile.Strategy;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.Event.CompactionFailed.Reason;
import dev.drover.session.Event.ContextOpened.Kind;
import dev.drover.session.ForkPoint;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import dev.drover.testing.CompactingService;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ScriptedMessages.Request;
import dev.drover.testing.Stage;
import dev.drover.testing.WireRules;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Contexts that the model's server compacts, over a real connection. The server checks every block
/// and all thinking.
final class ServerCompactionTest {
  private static final int WINDOW = 40_000;
  private static final int CALLS = 5;

  private final ScriptedMessages server = ScriptedMessages.start();
  private final CompactingService service =
      new CompactingService(WINDOW, CALLS, SummaryRequest.BEGINNING);
  private final MessagesModel model =
      new MessagesModel(server.uri(), new ApiKey("key"), Timeouts.DEFAULT, InstantSource.system());
  private final Stage stage = new Stage().withContext(Strategy.SERVER);

  @BeforeEach
  void open() {
    server.otherwise(service);
    stage.model().withContext(WINDOW, true).withServerCompaction().otherwise(model::answer);
    stage.hand().does(_ -> ToolResult.success("output line 4711 ".repeat(120)));
  }

  @AfterEach
  void close() {
    stage.close();
    model.close();
    server.close();
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

  private static Json.Arr messages(Request request) {
    return new Json.Arr(request.body().items("messages"));
  }

  private static String unmarked(Json.Arr messages) {
    return messages.toString().replace(",\"cache_control\":{\"type\":\"ephemeral\"}", "");
  }

  private static boolean hasBlock(Request request) {
    return CompactionBlock.isFirst(messages(request));
  }

  private Request last() {
    return service.ordinary().getLast();
  }

  @Test
  void theBlockOfTheServerTakesThePlaceOfTheOldRounds() throws Exception {
    stage.queue("Never delete the archive.");
    stage.wake();
    turns(12);
    allTurnsEnded();
    assertThat(service.refusals()).isEmpty();
    assertThat(chapters()).hasSizeBetween(2, 9);
    assertThat(chapters())
        .allSatisfy(
            one -> {
              assertThat(one.kind()).isEqualTo(Kind.SERVER);
              assertThat(one.keepsThinking()).isTrue();
              assertThat(one.gauge().after()).isLessThan(one.gauge().before());
            });
    assertThat(service.compactions()).hasSameSizeAs(chapters());
    assertThat(stage.all(Event.ContextCompacted.class)).hasSameSizeAs(chapters());
    assertThat(service.ordinary())
        .allSatisfy(
            request -> {
              assertThat(WireRules.fault(messages(request))).isEmpty();
              assertThat(request.headers().containsKey("anthropic-beta"))
                  .isEqualTo(hasBlock(request));
            });
    assertThat(messages(last()).toString())
        .contains("Never delete the archive.", CompactingService.FACT, "<files>", "/workspace/a")
        .contains("\"encrypted_content\":\"b3BhcXVl", "\"signature\":\"c2ln-");
    assertThat(service.compactions())
        .allSatisfy(
            request -> {
              assertThat(request.body().items("tools")).isNotEmpty();
              assertThat(request.body().object("compaction").text("instructions"))
                  .startsWith(SummaryRequest.BEGINNING);
              assertThat(messages(request).toString()).doesNotContain(SummaryRequest.BEGINNING);
            });
  }

  @Test
  void theTokensOfACompactionAreCounted() throws Exception {
    turns(8);
    var ends =
        stage.log().stream()
            .filter(stored -> stored.event() instanceof Event.ModelRequestEnd)
            .toList();
    assertThat(ends.stream().filter(Compaction::is))
        .isNotEmpty()
        .allSatisfy(
            end ->
                assertThat(((Event.ModelRequestEnd) end.event()).usage())
                    .isEqualTo(CompactingService.USED));
    long sum =
        ends.stream()
            .mapToLong(end -> ((Event.ModelRequestEnd) end.event()).usage().inputTokens())
            .sum();
    assertThat(stage.row().progress().usage().inputTokens()).isEqualTo(sum);
  }

  @Test
  void everyRequestOfAChapterBeginsWithTheOneBeforeAndThinkingIsKept() throws Exception {
    turns(12);
    var before = "";
    int chapters = 0;
    for (var request : service.ordinary()) {
      var now = unmarked(messages(request));
      boolean goesOn =
          !before.isEmpty() && now.startsWith(before.substring(0, before.length() - 3));
      if (!before.isEmpty() && !goesOn) {
        chapters++;
        assertThat(now).contains("\"thinking\":\"Thought ");
      }
      before = now;
    }
    assertThat(chapters).isEqualTo(chapters().size());
  }

  @Test
  void theRequestForABlockIsOneThatWasSentBefore() throws Exception {
    turns(12);
    var sent =
        service.ordinary().stream()
            .map(request -> unmarked(messages(request)))
            .collect(Collectors.toSet());
    assertThat(service.compactions().stream().map(request -> unmarked(messages(request))))
        .isNotEmpty()
        .allMatch(sent::contains);
  }

  /// The messages that follow from the log, without cache marks.
  private static String rendered(List<Stored> log) {
    return unmarked(new ChapterView(false).messages(slices -> slices.accept(log)).messages());
  }

  @Test
  void theSameLogGivesTheSameBytesOnAnotherNodeAndInAFork() throws Exception {
    turns(12);
    assertThat(hasBlock(last())).isTrue();
    var log = stage.log();
    int start = log.size() - 1;
    while (!(log.get(start).event() instanceof Event.ModelRequestStart)) {
      start--;
    }
    assertThat(rendered(log.subList(0, start))).isEqualTo(unmarked(messages(last())));
    var before = unmarked(messages(last()));
    var to = new SessionId(stage.ids().next(SessionId.PREFIX));
    stage
        .store()
        .sessions()
        .fork(
            Stage.WORKSPACE,
            stage.session(),
            new ForkPoint.Newest(),
            true,
            made -> new Session(to, made.origin(), made.editable()));
    stage.enter(to);
    int asked = service.ordinary().size();
    stage.queue("And now?");
    stage.harness(stage.store().eventLog()).wake(to);
    var next = service.ordinary().get(asked);
    assertThat(unmarked(messages(next))).startsWith(before.substring(0, before.length() - 3));
    assertThat(service.refusals()).isEmpty();
  }

  @Test
  void aResultThatTheNewChapterShortensTakesTheThinkingWithIt() throws Exception {
    stage.hand().does(_ -> ToolResult.success("output line 4711 ".repeat(900)));
    turns(12);
    allTurnsEnded();
    assertThat(service.refusals()).isEmpty();
    assertThat(chapters().getFirst().kind()).isEqualTo(Kind.SERVER);
    assertThat(chapters().getFirst().keepsThinking()).isFalse();
    assertThat(chapters()).anyMatch(Event.ContextOpened::keepsThinking);
  }

  /// A server that never makes a usable block, and what is done then.
  private void unkind(Function<Json.Obj, Script> way, Reason reason) throws InterruptedException {
    service.compacts(way);
    turns(12);
    allTurnsEnded();
    assertThat(service.refusals()).isEmpty();
    assertThat(failures()).isNotEmpty().containsOnly(reason);
    assertThat(stage.all(Event.CompactionFailed.class))
        .allSatisfy(
            failed -> {
              assertThat(failed.rung()).isEqualTo(SummaryDraft.SERVER);
              assertThat(failed.next()).isEqualTo(SummaryDraft.FIRST);
            });
    assertThat(chapters()).hasSizeGreaterThan(1);
    assertThat(chapters()).allSatisfy(one -> assertThat(one.kind()).isEqualTo(Kind.SUMMARY));
    assertThat(service.ordinary()).noneMatch(ServerCompactionTest::hasBlock);
  }

  @Test
  void aBlockWithoutContentIsNoCompaction() throws Exception {
    unkind(block -> CompactingService.whole(block.with("content", null)), Reason.EMPTY);
    assertThat(service.compactions()).hasSameSizeAs(chapters());
  }

  @Test
  void aReplyWithoutABlockIsNoCompaction() throws Exception {
    unkind(
        _ -> CompactingService.ended(CompactingService.begun(), CompactionBlock.TYPE),
        Reason.EMPTY);
  }

  @Test
  void aBlockThatTheServerGoesOnAfterIsNotUsed() throws Exception {
    unkind(
        block ->
            CompactingService.ended(
                CompactingService.withBlock(CompactingService.begun(), block).text("On I go."),
                "end_turn"),
        Reason.OTHER);
  }

  @Test
  void aCutBlockIsNotUsed() throws Exception {
    unkind(
        block ->
            CompactingService.ended(
                CompactingService.withBlock(CompactingService.begun(), block), "max_tokens"),
        Reason.CUT_OFF);
  }

  @Test
  void aServerThatRefusesToSummarizeIsAskedForAUsualSummary() throws Exception {
    unkind(
        _ -> CompactingService.ended(CompactingService.begun().text("No."), "refusal"),
        Reason.REFUSED);
  }

  @Test
  void aServerThatKnowsNoBlocksAndAnswersInsteadIsNotAskedAgain() throws Exception {
    unkind(_ -> Script.reply().text("The work goes on."), Reason.REJECTED);
    assertThat(service.compactions()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compaction: Extra inputs are not permitted",
        "Unexpected value(s) `compact-2026-09-04` for the `anthropic-beta` header",
        "unknown field \"compaction\""
      })
  void aServerThatDoesNotKnowTheFieldIsNotAskedAgain(String words) throws Exception {
    unkind(_ -> Script.status(400, "invalid_request_error", words), Reason.REJECTED);
    assertThat(service.compactions()).hasSize(1);
    assertThat(stage.all(Event.ContextOpened.class).getLast().inherited().orElseThrow())
        .satisfies(inherited -> assertThat(inherited.serverRefused()).isTrue());
  }

  @Test
  void aServerThatCannotCompactThisConversationIsAskedForTheNextOne() throws Exception {
    unkind(
        _ -> Script.status(400, "invalid_request_error", "compaction_nothing_to_summarize: none"),
        Reason.OTHER);
    assertThat(service.compactions()).hasSizeGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset", "end", "before"})
  void aStreamThatIsCutInTheBlockIsNoCompactionAndIsTriedAgain(String how) throws Exception {
    service.compacts(
        block -> {
          if (service.compactions().size() > 1) {
            return CompactingService.whole(block);
          }
          var begun = CompactingService.begun();
          var start = block.with("content", null).with("encrypted_content", null);
          return switch (how) {
            case "before" -> begun.reset();
            case "reset" -> half(begun, start).reset();
            default -> half(begun, start).endWithoutStop();
          };
        });
    turns(12);
    allTurnsEnded();
    assertThat(failures()).containsExactly(Reason.UNAVAILABLE);
    assertThat(stage.all(Event.CompactionFailed.class).getFirst().next())
        .isEqualTo(SummaryDraft.SERVER);
    assertThat(chapters()).isNotEmpty();
    assertThat(chapters()).allSatisfy(one -> assertThat(one.kind()).isEqualTo(Kind.SERVER));
    assertThat(service.refusals()).isEmpty();
  }

  private static Script half(Script script, Json.Obj start) {
    return script.event(
        Json.obj("type", "content_block_start", "index", 0, "content_block", start));
  }

  @Test
  void anOverloadedServerIsReplacedByAUsualSummaryIfOneIsNecessary() throws Exception {
    service.compacts(_ -> Script.status(529, "overloaded_error", "compaction_unavailable"));
    turns(4);
    assertThat(service.compactions()).isEmpty();
    stage.queue("A long one: " + "words ".repeat(10_000));
    stage.wake();
    allTurnsEnded();
    assertThat(failures()).isNotEmpty().containsOnly(Reason.UNAVAILABLE);
    assertThat(stage.all(Event.CompactionFailed.class).getFirst().next())
        .isEqualTo(SummaryDraft.FIRST);
    assertThat(chapters().getFirst().kind()).isEqualTo(Kind.SUMMARY);
  }

  @Test
  void aBlockThatItsServerNoLongerReadsIsSentAsText() throws Exception {
    turns(12);
    assertThat(hasBlock(last())).isTrue();
    int compactions = service.compactions().size();
    service.refuseBlocks();
    turns(12);
    allTurnsEnded();
    assertThat(service.refusals()).hasSize(1);
    assertThat(hasBlock(last())).isFalse();
    assertThat(chapters().getLast().kind()).isEqualTo(Kind.SUMMARY);
    assertThat(service.compactions()).hasSize(compactions);
    int refused = 0;
    while (!stage.all(Event.ModelRequestEnd.class).get(refused).isError()) {
      refused++;
    }
    assertThat(server.requests().get(refused + 1).body().items("messages").getFirst().toString())
        .contains("\"role\":\"user\"", "<summary>", CompactingService.FACT);
  }

  @Test
  void anotherModelReadsTheBlockAsText() throws Exception {
    turns(12);
    assertThat(hasBlock(last())).isTrue();
    var prompts = new ArrayList<Json.Arr>();
    stage
        .model()
        .withContext(WINDOW, true)
        .otherwise(
            (prompt, _) -> {
              prompts.add(prompt.messages());
              return SummaryTest.said(prompt, "end_turn", textBlock("Yes."));
            });
    stage.queue("Do you know?");
    stage.wake();
    assertThat(prompts).hasSize(1);
    assertThat(WireRules.fault(prompts.getFirst())).isEmpty();
    assertThat(prompts.getFirst().items().getFirst().toString())
        .contains("\"role\":\"user\"", "<summary>", CompactingService.FACT);
    assertThat(prompts.getFirst().toString()).doesNotContain("\"type\":\"compaction\"");
    allTurnsEnded();
  }

  @Test
  void withoutACapableModelTheStrategyIsThatOfSummaries() throws Exception {
    stage.model().withContext(WINDOW, true);
    turns(10);
    allTurnsEnded();
    assertThat(service.compactions()).isEmpty();
    assertThat(failures()).isEmpty();
    assertThat(chapters()).isNotEmpty();
    assertThat(chapters()).allSatisfy(one -> assertThat(one.kind()).isEqualTo(Kind.SUMMARY));
  }

  @Test
  void aBlockThatAnImportHasBroughtIsSentAsText() throws Exception {
    turns(12);
    assertThat(hasBlock(last())).isTrue();
    var log = new ArrayList<>(stage.log());
    var last = log.getLast();
    log.add(
        new Stored(
            last.position() + 1,
            last.processedAt().plusSeconds(1),
            last.thread(),
            new Event.Imported(
                stage.interruptId(), stage.session(), last.position(), Optional.empty()),
            "",
            null));
    assertThat(rendered(log))
        .startsWith("[{\"role\":\"user\"")
        .contains("<summary>")
        .doesNotContain("\"type\":\"compaction\"", "\"thinking\"");
  }

  @Test
  void aClientsInstructionsReachTheServer() throws Exception {
    turns(3);
    assertThat(service.compactions()).isEmpty();
    var answer =
        stage
            .store()
            .sessions()
            .requestCompaction(Stage.WORKSPACE, stage.session(), Optional.of("Keep the colours."));
    assertThat(answer).isPositive();
    turns(3);
    assertThat(service.compactions().getFirst().body().object("compaction").text("instructions"))
        .contains("Keep the colours.");
    assertThat(chapters().getFirst().cause()).isEqualTo(Event.ContextOpened.Cause.REQUESTED);
    assertThat(chapters().getFirst().kind()).isEqualTo(Kind.SERVER);
  }

  @Test
  void aReplyWithoutEnoughTextIsNoBlock() {
    assertThat(SummaryRules.serverFault(SummaryTest.said(prompt(), "compaction")))
        .contains(Reason.EMPTY);
    assertThat(
            SummaryRules.serverFault(
                SummaryTest.said(
                    prompt(), "compaction", Json.obj("type", "compaction", "content", "short"))))
        .contains(Reason.EMPTY);
  }

  private static Prompt prompt() {
    return new Prompt("m", 9, Optional.empty(), Json.arr(), Json.arr(), Json.arr());
  }

  static Answer.Reply block(Prompt prompt) {
    var block =
        Json.obj(
            "type",
            CompactionBlock.TYPE,
            "content",
            "Goal: the report. Next: part 9. ".repeat(12),
            "encrypted_content",
            "b3BhcXVl",
            "signature",
            "s");
    return SummaryTest.said(prompt, CompactionBlock.TYPE, block);
  }
}
