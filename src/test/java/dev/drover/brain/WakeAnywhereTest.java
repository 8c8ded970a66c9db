package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.model.Prompt;
import dev.drover.profile.Strategy;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.Status;
import dev.drover.testing.EventLogView;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kill a brain at any append, before or after it is durable, wake another: the log ends the same.
final class WakeAnywhereTest {
  private static final List<Tool> TOOLS =
      List.of(
          new Toolset(
              Toolset.OPEN,
              List.of(
                  new Toolset.ToolSetting(
                      "write", new Toolset.Setting(true, Toolset.Policy.ALWAYS_ASK)))),
          new CustomTool("lookup", "Looks something up.", Json.obj("type", "object")));

  /// A brain's death.
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /// A log whose n-th append kills the one who makes it.
  private record Deadly(EventLog log, AtomicInteger appendsToLive, boolean afterwards)
      implements EventLogView {
    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      boolean now = appendsToLive.decrementAndGet() == 0;
      if (now && !afterwards) {
        throw new Killed();
      }
      var emitted = log.emitEvents(lease, emission);
      if (now) {
        throw new Killed();
      }
      return emitted;
    }
  }

  /// What a client does with a brain that may die.
  @FunctionalInterface
  private interface Play {
    void play(Stage stage, AtomicInteger appendsToLive, boolean afterwards)
        throws InterruptedException;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theLogEndsTheSameWhereverABrainDies(boolean afterwards) throws Exception {
    endsTheSame(WakeAnywhereTest::play, afterwards, 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void flawsInRepliesAndRefusedItemsEndTheSameToo(boolean afterwards) throws Exception {
    endsTheSame(WakeAnywhereTest::playFlaws, afterwards, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aContextThatIsFullBeginsTheSameChapterWhereverABrainDies(boolean afterwards)
      throws Exception {
    endsTheSame(WakeAnywhereTest::playFull, afterwards, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSummaryBeginsTheSameChapterWhereverABrainDies(boolean afterwards) throws Exception {
    endsTheSame(WakeAnywhereTest::playSummary, afterwards, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theLadderOfSummariesIsClimbedTheSameWhereverABrainDies(boolean afterwards) throws Exception {
    endsTheSame(WakeAnywhereTest::playLadder, afterwards, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSummaryThatIsOnlyPostponedIsMadeWhereverABrainDies(boolean afterwards) throws Exception {
    endsTheSame(WakeAnywhereTest::playOverload, afterwards, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBlockOfTheServerBeginsTheSameChapterWhereverABrainDies(boolean afterwards)
      throws Exception {
    endsTheSame(WakeAnywhereTest::playServer, afterwards, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void workIsHandedOverOnceWhereverABrainDies(boolean afterwards) throws Exception {
    endsTheSame(WakeAnywhereTest::playHandOver, afterwards, 0);
  }

  private static void endsTheSame(Play play, boolean afterwards, int customResults)
      throws Exception {
    List<String> whole;
    List<String> asked;
    int appends;
    try (var stage = new Stage(TOOLS)) {
      var counter = new AtomicInteger();
      play.play(stage, counter, afterwards);
      whole = stage.types();
      asked = requests(stage);
      appends = -counter.get();
    }
    assertThat(appends).isGreaterThan(10);
    for (int death = 1; death <= appends; death++) {
      try (var stage = new Stage(TOOLS)) {
        play.play(stage, new AtomicInteger(death), afterwards);
        assertThat(stage.types()).as("death at append %s", death).isEqualTo(whole);
        assertThat(requests(stage)).as("death at append %s", death).isEqualTo(asked);
        assertThat(stage.row().status()).isEqualTo(Status.IDLE);
        assertThat(stage.store().eventLog().unfinished()).isEmpty();
        var ids = new HashSet<EventId>();
        assertThat(stage.shown()).allSatisfy(event -> assertThat(ids.add(event.id())).isTrue());
        assertThat(stage.all(Event.AgentToolResult.class))
            .extracting(Event.AgentToolResult::toolUseId)
            .containsExactlyElementsOf(
                stage.all(Event.AgentToolUse.class).stream().map(Event.AgentToolUse::id).toList());
        assertThat(stage.all(Event.UserCustomToolResult.class)).hasSize(customResults);
      }
    }
  }

  /// What the model was asked, without what was asked twice because the answer was lost.
  private static List<String> requests(Stage stage) {
    return stage.model().prompts().stream()
        .map(prompt -> prompt.messages().toString().replaceAll("sevt_[0-9A-Za-z]+", "sevt"))
        .distinct()
        .toList();
  }

  /// The model's server refuses a conversation that is too long.
  private static void playFull(Stage stage, AtomicInteger appendsToLive, boolean afterwards)
      throws InterruptedException {
    stage.model().otherwise((prompt, _) -> bounded(prompt.messages().toString()));
    var deadly = stage.harness(new Deadly(stage.store().eventLog(), appendsToLive, afterwards));
    for (int i = 0; i < 6; i++) {
      stage.queue("message " + i + " of many " + "words ".repeat(2_500));
      wakeUntilRest(stage, deadly);
    }
    assertThat(stage.all(Event.ContextOpened.class)).isNotEmpty();
    assertThat(stage.all(Event.Failed.class)).isEmpty();
  }

  /// A small context; the model writes a summary when it is asked for one.
  private static void playSummary(Stage stage, AtomicInteger appendsToLive, boolean afterwards)
      throws InterruptedException {
    playLong(stage, appendsToLive, afterwards, Strategy.SUMMARY, 6, SummaryTest::good);
    assertThat(stage.all(Event.ContextOpened.class))
        .isNotEmpty()
        .allSatisfy(one -> assertThat(one.kind()).isEqualTo(Event.ContextOpened.Kind.SUMMARY));
  }

  /// The model's server makes blocks, but none of the first conversation.
  private static void playServer(Stage stage, AtomicInteger appendsToLive, boolean afterwards)
      throws InterruptedException {
    playLong(stage, appendsToLive, afterwards, Strategy.SERVER, 9, WakeAnywhereTest::block);
    assertThat(stage.all(Event.CompactionFailed.class)).isNotEmpty();
    assertThat(stage.all(Event.ContextOpened.class))
        .extracting(Event.ContextOpened::kind)
        .contains(Event.ContextOpened.Kind.SUMMARY, Event.ContextOpened.Kind.SERVER);
  }

  private static Answer block(Prompt prompt) {
    return prompt.compaction().isEmpty()
        ? SummaryTest.good(prompt)
        : prompt.messages().toString().contains("Goal: the report.")
            ? ServerCompactionTest.block(prompt)
            : SummaryTest.said(prompt, "compaction");
  }

  /// The model calls a tool instead of writing a summary, until the context is full.
  private static void playLadder(Stage stage, AtomicInteger appendsToLive, boolean afterwards)
      throws InterruptedException {
    playLong(
        stage,
        appendsToLive,
        afterwards,
        Strategy.SUMMARY,
        9,
        _ -> reply("tool_use", toolUse("toolu_1", "bash", Json.EMPTY)));
    assertThat(stage.all(Event.CompactionFailed.class))
        .extracting(Event.CompactionFailed::rung)
        .startsWith(1, 2, 4);
    assertThat(stage.all(Event.ContextOpened.class)).isNotEmpty();
  }

  /// The server is overloaded when a summary is useful, and when it is necessary.
  private static void playOverload(Stage stage, AtomicInteger appendsToLive, boolean afterwards)
      throws InterruptedException {
    playLong(
        stage,
        appendsToLive,
        afterwards,
        Strategy.SUMMARY,
        9,
        _ -> new Answer.Failure(Answer.Kind.OVERLOADED, "HTTP 529", Optional.empty()));
    assertThat(stage.all(Event.StatusRescheduled.class)).isNotEmpty();
    assertThat(stage.all(Event.ContextOpened.class)).isNotEmpty();
  }

  private static void playHandOver(Stage stage, AtomicInteger appendsToLive, boolean afterwards)
      throws InterruptedException {
    playLong(stage, appendsToLive, afterwards, Strategy.NOTE, 4, SummaryTest::good);
    assertThat(stage.all(Event.HandOverAsked.class)).isNotEmpty();
    assertThat(stage.all(Event.ContextOpened.class))
        .isNotEmpty()
        .allSatisfy(one -> assertThat(one.kind()).isEqualTo(Event.ContextOpened.Kind.NOTE));
  }

  private static void playLong(
      Stage stage,
      AtomicInteger appendsToLive,
      boolean afterwards,
      Strategy strategy,
      int messages,
      Function<Prompt, Answer> summary)
      throws InterruptedException {
    stage
        .withContext(strategy)
        .model()
        .withContext(40_000, true)
        .withServerCompaction()
        .otherwise((prompt, _) -> isForContext(prompt) ? summary.apply(prompt) : done(prompt));
    var deadly = stage.harness(new Deadly(stage.store().eventLog(), appendsToLive, afterwards));
    for (int i = 0; i < messages; i++) {
      stage.queue("message " + i + " of many " + "words ".repeat(4_500));
      wakeUntilRest(stage, deadly);
    }
  }

  private static boolean isForContext(Prompt prompt) {
    return prompt.compaction().isPresent() || SummaryTest.isForSummary(prompt);
  }

  private static Answer done(Prompt prompt) {
    var asked = prompt.messages().toString();
    var input = Json.obj("note", "The work so far. ".repeat(20), "next_step", "Go on.");
    return asked.contains("Then call hand_over") && !asked.contains("handed over\"")
        ? SummaryTest.said(prompt, "tool_use", toolUse("toolu_1", "hand_over", input))
        : SummaryTest.said(prompt, "end_turn", textBlock("done"));
  }

  private static Answer bounded(String asked) {
    return asked.length() > 60_000
        ? new Answer.Failure(
            Answer.Kind.CONTEXT_FULL, "prompt is too long: 9 > 8", Optional.empty())
        : reply("end_turn", textBlock("done"));
  }

  /// The model's replies lack something, twice in a row, then hold calls that cannot run; later its
  /// server refuses an image, and then the old thinking.
  private static void playFlaws(Stage stage, AtomicInteger appendsToLive, boolean afterwards)
      throws InterruptedException {
    stage.model().otherwise((prompt, _) -> flawed(prompt.messages().toString()));
    var deadly = stage.harness(new Deadly(stage.store().eventLog(), appendsToLive, afterwards));
    stage.queue("first");
    wakeUntilRest(stage, deadly);
    stage.receive(
        new Event.UserMessage(id(stage), Json.arr(Json.obj("type", "image"), textBlock("second"))));
    wakeUntilRest(stage, deadly);
    stage.queue("third");
    wakeUntilRest(stage, deadly);
  }

  private static Answer flawed(String asked) {
    if (asked.contains("\"image\"")) {
      return refused("HTTP 400: Could not process image");
    }
    if (asked.contains("third") && asked.contains("\"thinking\"")) {
      return refused("HTTP 400: The block is bound to a different conversation");
    }
    if (asked.contains("tool_result")) {
      return reply("end_turn", textBlock("done"));
    }
    int notes = asked.split("not from the user", -1).length - 1;
    var thinking = Json.obj("type", "thinking", "thinking", "hm", "signature", "s");
    return switch (notes) {
      case 0 -> reply("end_turn", thinking);
      case 1 -> lacking(Answer.Lost.CUT_CALL, Map.of(), textBlock("a"));
      default ->
          lacking(
              Answer.Lost.CUT_CALL,
              Map.of(1, "not valid JSON", 2, "not valid JSON"),
              thinking,
              toolUse("same", "bash", Json.EMPTY),
              toolUse("same", "lookup", Json.EMPTY),
              toolUse("", "no such tool", Json.EMPTY));
    };
  }

  private static Answer refused(String words) {
    return new Answer.Failure(Answer.Kind.REJECTED, words, Optional.empty());
  }

  private static Answer lacking(Answer.Lost lost, Map<Integer, String> unreadable, Json... blocks) {
    return new Answer.Reply(
        Json.arr((Object[]) blocks),
        "max_tokens",
        Json.EMPTY,
        ScriptedModel.USAGE,
        new Answer.Flaws(unreadable, lost));
  }

  private static void play(Stage stage, AtomicInteger appendsToLive, boolean afterwards)
      throws InterruptedException {
    stage.model().otherwise((prompt, _) -> script(prompt.messages().items().size()));
    stage.hand().does(call -> ToolResult.success(call.name()));
    var deadly = stage.harness(new Deadly(stage.store().eventLog(), appendsToLive, afterwards));
    stage.queue("first");
    stage.queue("second");
    wakeUntilRest(stage, deadly);
    stage.receive(new Event.UserToolConfirmation(id(stage), asked(stage), true, null));
    wakeUntilRest(stage, deadly);
    var custom = stage.all(Event.AgentCustomToolUse.class).getLast().id();
    stage.receive(
        new Event.UserCustomToolResult(id(stage), custom, Optional.empty(), Optional.empty()));
    wakeUntilRest(stage, deadly);
    stage.queue("third");
    wakeUntilRest(stage, deadly);
  }

  private static EventId asked(Stage stage) {
    return stage.all(Event.AgentToolUse.class).stream()
        .filter(Event.AgentToolUse::waitsForClient)
        .map(Event.AgentToolUse::id)
        .findFirst()
        .orElseThrow();
  }

  private static EventId id(Stage stage) {
    return new EventId(stage.ids().next(EventId.PREFIX));
  }

  private static void wakeUntilRest(Stage stage, Harness harness) throws InterruptedException {
    var log = stage.store().eventLog();
    while (!log.unfinished().isEmpty()) {
      var lease = log.claim(stage.session()).orElseThrow();
      try {
        harness.wake(lease, new Bell());
      } catch (Killed _) {
        log.release(lease);
      }
    }
  }

  /// What the model says depends on what it is shown alone.
  private static Answer script(int messages) {
    return switch (messages) {
      case 1 ->
          reply(
              "tool_use",
              textBlock("a"),
              toolUse("toolu_1", "bash", Json.obj("command", "x")),
              toolUse("toolu_2", "read", Json.obj("file_path", "y")));
      case 3 ->
          reply(
              "tool_use",
              toolUse("toolu_3", "write", Json.obj()),
              toolUse("toolu_4", "lookup", Json.obj()));
      default -> reply("end_turn", textBlock("done"));
    };
  }
}
