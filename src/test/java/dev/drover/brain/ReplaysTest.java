package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.model.Prompt;
import dev.drover.profile.Assumption;
import dev.drover.profile.Profiles;
import dev.drover.profile.Strategy;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;
import dev.drover.session.Stored;
import dev.drover.testing.NoFiles;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import dev.drover.testing.TestProfiles;
import dev.drover.testing.WireRules;
import dev.drover.tools.Inventory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Replays of a session that was recorded by a real brain.
final class ReplaysTest {
  private static final int WINDOW = 32_000;
  private static final int TURNS = 12;
  private static final int CALLS = 6;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Stage stage = new Stage();
  private final AtomicInteger requests = new AtomicInteger();
  private final Replays replays = replays(System::nanoTime);

  @AfterEach
  void close() {
    stage.close();
  }

  private Replays replays(LongSupplier nanos) {
    return replays(nanos, Profiles.BUILT_IN);
  }

  private Replays replays(LongSupplier nanos, Profiles profiles) {
    return new Replays(
        stage.model(), Inventory.HANDS, profiles, Optional.of(NoFiles.ATTACHED), nanos, LIMIT);
  }

  private static int tokens(Prompt prompt) {
    return (prompt.system().toString().length()
            + prompt.tools().toString().length()
            + prompt.messages().toString().length())
        * 10
        / 32;
  }

  /// Calls a tool [#CALLS] times and then ends its turn.
  private Answer next(Prompt prompt) {
    int number = requests.getAndIncrement();
    boolean ends = number % (CALLS + 1) == CALLS;
    var thinking = Json.obj("type", "thinking", "thinking", "hm", "signature", "s" + number);
    var block =
        ends
            ? textBlock("Turn " + number + " is done.")
            : toolUse("toolu_" + number, "bash", Json.obj("command", "make step" + number));
    return new Answer.Reply(
        Json.arr(thinking, block),
        ends ? "end_turn" : "tool_use",
        Json.EMPTY,
        new ModelUsage(tokens(prompt), 50, 0, 0));
  }

  private Recording record() throws Exception {
    stage.model().withContext(WINDOW, true).otherwise((prompt, _) -> next(prompt));
    stage.hand().does(_ -> ToolResult.success("output line 4711 ".repeat(180)));
    for (int i = 0; i < TURNS; i++) {
      stage.queue("Go on with part " + i + ".");
      stage.wake();
    }
    return Recording.of(stage.row(), stage.log());
  }

  private static ReplaySettings settings(Optional<Integer> context, Optional<String> strategy) {
    return new ReplaySettings(Optional.empty(), context, strategy, Optional.empty());
  }

  private static ReplaySettings context(int tokens) {
    return settings(Optional.of(tokens), Optional.empty());
  }

  private static long at(Recording recording, int request) {
    return recording.replies().keySet().stream().sorted().toList().get(request);
  }

  @Test
  void underItsOwnSettingsASessionIsReplayedNearlyAsItWas() throws Exception {
    var recording = record();
    var replayed = replays.requests(recording, ReplaySettings.OWN);
    assertThat(replayed.window()).contains((long) WINDOW);
    assertThat(replayed.recorded().requests()).isEqualTo(TURNS * (CALLS + 1));
    assertThat(replayed.replayed().requests()).isEqualTo(TURNS * (CALLS + 1));
    assertThat(replayed.recorded().chapters())
        .hasSameSizeAs(stage.all(Event.ContextOpened.class))
        .hasSizeGreaterThan(2);
    assertThat(replayed.replayed().chapters().size())
        .isBetween(
            replayed.recorded().chapters().size() - 1, replayed.recorded().chapters().size() + 1);
    assertThat(replayed.replayed().refused()).isZero();
    assertThat(replayed.firstTooLarge()).isEmpty();
    assertThat(replayed.replayed().largest()).isLessThan(WINDOW);
    assertThat(replayed.replayed().usage().outputTokens())
        .isEqualTo(replayed.recorded().usage().outputTokens());
    // the recorded server had no cache
    assertThat(replayed.recorded().usage().cacheReadTokens()).isZero();
    assertThat(replayed.json().object("replayed").get("cached_share").orElseThrow().toString())
        .startsWith("0.9");
  }

  @Test
  void aLargeContextNeedsNoChapterAndASmallOneMore() throws Exception {
    var recording = record();
    var large = replays.requests(recording, context(1_000_000));
    assertThat(large.replayed().chapters()).isEmpty();
    assertThat(large.replayed().largest()).isGreaterThan(WINDOW);
    var small = replays.requests(recording, context(12_000));
    assertThat(small.replayed().chapters()).hasSizeGreaterThan(small.recorded().chapters().size());
    assertThat(small.replayed().largest()).isLessThan(12_000);
  }

  @Test
  void withoutForesightRequestsAreRefusedFirst() throws Exception {
    var recording = record();
    var settings = settings(Optional.of(WINDOW), Optional.of("full"));
    var full = replays.requests(recording, settings);
    assertThat(full.strategy()).isEqualTo("full");
    assertThat(full.replayed().refused()).isPositive();
    assertThat(full.replayed().chapters())
        .allSatisfy(chapter -> assertThat(chapter.cause()).isEqualTo("overflow"));
  }

  @Test
  void summariesAreAssumedToHaveTheUsualLength() throws Exception {
    var recording = record();
    var settings = settings(Optional.of(WINDOW), Optional.of("summary"));
    var summary = replays.requests(recording, settings);
    assertThat(summary.strategy()).isEqualTo("summary");
    assertThat(summary.replayed().chapters())
        .hasSizeGreaterThan(2)
        .allSatisfy(chapter -> assertThat(chapter.kind()).isEqualTo("summary"));
    assertThat(summary.replayed().requests()).isEqualTo(TURNS * (CALLS + 1));
    assertThat(summary.replayed().usage().outputTokens())
        .isGreaterThan(summary.recorded().usage().outputTokens());
  }

  private static ReplaySettings profile(String name) {
    return new ReplaySettings(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(name));
  }

  @Test
  void anotherProfileIsTried() throws Exception {
    var recording = record();
    var small = TestProfiles.with("small", "context: {at_tokens: 6000}");
    var replayed = replays(System::nanoTime, small).requests(recording, profile("small"));
    assertThat(replayed.profile()).isEqualTo("small@5");
    assertThat(replayed.replayed().chapters())
        .hasSizeGreaterThan(replayed.recorded().chapters().size());
    assertThat(replayed.replayed().largest()).isLessThan(replayed.recorded().largest());
    assertThatThrownBy(() -> replays.requests(recording, profile("small")))
        .isInstanceOf(Problem.class)
        .hasMessage(
            "profile: there is no such profile; the profiles are claude, default, rehearsal");
  }

  @Test
  void theRecordedProfileHoldsForTheModelOfTheSession() throws Exception {
    stage.withContext(Strategy.FULL);
    var recording = record();
    var own = replays.requests(recording, ReplaySettings.OWN);
    assertThat(own.profile()).isEqualTo("claude@5");
    assertThat(own.strategy()).isEqualTo("full");
    var model =
        new ReplaySettings(
            Optional.of("claude-other"), Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(replays.requests(recording, model).profile()).isEqualTo("claude@1");
  }

  @Test
  void whatAProfileLeavesToTheServerIsDecidedAnew() throws Exception {
    var recording = record();
    assertThat(replays.requests(recording, ReplaySettings.OWN).strategy()).isEqualTo("rolling");
    assertThat(replays.requests(recording, context(1_000_000)).strategy()).isEqualTo("summary");
  }

  @Test
  void aChapterThatWasAskedForBeginsInTheReplay() throws Exception {
    stage.withContext(Strategy.ROLLING).model().otherwise((prompt, _) -> next(prompt));
    stage.hand().does(_ -> ToolResult.success("output line 4711 ".repeat(180)));
    for (int i = 0; i < 4; i++) {
      stage.queue("Go on with part " + i + ".");
      stage.wake();
      if (i == 2) {
        stage
            .store()
            .sessions()
            .requestCompaction(Stage.WORKSPACE, stage.session(), Optional.empty());
      }
    }
    var recording = Recording.of(stage.row(), stage.log());
    for (var strategy : List.of("rolling", "full")) {
      var settings = settings(Optional.empty(), Optional.of(strategy));
      assertThat(replays.requests(recording, settings).replayed().chapters())
          .hasSize(1)
          .allSatisfy(chapter -> assertThat(chapter.cause()).isEqualTo("requested"));
    }
  }

  @Test
  void theToolsOfAStepAreThoseOfItsProfile() throws Exception {
    stage.withContext(Strategy.NOTE);
    var recording = record();
    var then = stage.model().prompts().get(3);
    assertThat(then.tools().toString()).contains("hand_over");
    int now = stage.model().prompts().size();
    stage.model().thenText("ok");
    replays.step(recording, at(recording, 3), Optional.empty());
    assertThat(stage.model().prompts().get(now)).isEqualTo(then);
  }

  @Test
  void aContextThatIsTooSmallForAMessageIsNoticed() throws Exception {
    stage.model().otherwise((prompt, _) -> next(prompt));
    stage.hand().does(_ -> ToolResult.success("ok"));
    stage.queue("long ".repeat(10_000));
    stage.wake();
    var replayed = replays.requests(Recording.of(stage.row(), stage.log()), context(4_000));
    assertThat(replayed.firstTooLarge())
        .hasValueSatisfying(sized -> assertThat(sized.tokens()).isGreaterThan(4_000));
    assertThat(replayed.json().object("first_too_large").number("position", 0)).isPositive();
  }

  @Test
  void aReplayIsTheSameEachTimeAndWritesNothing() throws Exception {
    var recording = record();
    var before = stage.log();
    assertThat(replays.requests(recording, context(20_000)))
        .isEqualTo(replays.requests(recording, context(20_000)));
    assertThat(stage.log()).isEqualTo(before);
  }

  private static AssumptionTrial trial(AssumptionTrials trials, String name) {
    return trials.trials().stream()
        .filter(one -> one.assumption().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void eachAssumptionIsTriedByItself() throws Exception {
    var recording = record();
    var trials = replays.assumptions(recording, ReplaySettings.OWN, 3);
    assertThat(trials.trials()).hasSameSizeAs(Assumption.ALL);
    assertThat(trial(trials, "summaries").verdict()).isEqualTo(AssumptionTrial.Verdict.NOT_MADE);
    assertThat(trial(trials, "hand_over").verdict()).isEqualTo(AssumptionTrial.Verdict.NOT_MADE);
    var contexts = trial(trials, "long_contexts");
    assertThat(contexts.verdict()).isEqualTo(AssumptionTrial.Verdict.NO_DIFFERENCE);
    assertThat(contexts.points()).isEmpty();
    var foresight = trial(trials, "foresight");
    assertThat(foresight.verdict()).isEqualTo(AssumptionTrial.Verdict.NEEDED);
    assertThat(foresight.without().orElseThrow().refused()).isPositive();
    var rounds = trial(trials, "kept_rounds");
    assertThat(rounds.points()).hasSize(3);
    assertThat(rounds.points().getFirst())
        .isGreaterThanOrEqualTo(rounds.with().chapters().getFirst().position());
    assertThat(rounds.verdict())
        .isIn(AssumptionTrial.Verdict.PAYS, AssumptionTrial.Verdict.IN_DOUBT);
    // the recorded server had no cache
    assertThat(trial(trials, "cache_marks").verdict())
        .isEqualTo(AssumptionTrial.Verdict.LOOKS_STALE);
    assertThat(trial(trials, "hints").verdict()).isEqualTo(AssumptionTrial.Verdict.LOOKS_STALE);
    var other =
        new ReplaySettings(
            Optional.of("claude-other"), Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(trial(replays.assumptions(recording, other, 3), "hints").verdict())
        .isEqualTo(AssumptionTrial.Verdict.IN_DOUBT);
    var json = trials.json();
    assertThat(json.number("requests", 0)).isEqualTo(TURNS * (CALLS + 1));
    assertThat(((Json.Obj) json.items("assumptions").get(2)).text("verdict")).isEqualTo("needed");
  }

  @Test
  void anAssumptionThatALargeContextNeverNeedsMakesNoDifference() throws Exception {
    var recording = record();
    var trials = replays.assumptions(recording, context(1_000_000), 3);
    for (var name : List.of("foresight", "summaries", "kept_rounds", "users_words")) {
      assertThat(trial(trials, name).verdict())
          .as(name)
          .isEqualTo(AssumptionTrial.Verdict.NO_DIFFERENCE);
    }
  }

  @Test
  void aModelIsAskedWithAContextThatIsMadeAnew() throws Exception {
    var recording = record();
    long late = at(recording, TURNS * (CALLS + 1) - 2);
    var recorded = stage.model().prompts().get(TURNS * (CALLS + 1) - 2);
    var with = asked(recording, late, Optional.empty());
    assertThat(with.messages().toString())
        .doesNotContain("thinking")
        .contains("Go on with part 0.", "Go on with part " + (TURNS - 1));
    assertThat(with.system()).isEqualTo(recorded.system());
    assertThat(with.tools()).isEqualTo(recorded.tools());
    var whole = asked(recording, late, Optional.of("foresight"));
    var rounds = asked(recording, late, Optional.of("kept_rounds"));
    assertThat(tokens(rounds)).isNotEqualTo(tokens(with));
    assertThat(tokens(whole)).isNotEqualTo(tokens(with));
    long early = at(recording, 0);
    assertThat(asked(recording, early, Optional.empty()).messages())
        .isEqualTo(stage.model().prompts().getFirst().messages());
    assertThatThrownBy(() -> Assumption.named("luck"))
        .hasMessageStartingWith("without: must be one of long_contexts, early_chapters,");
  }

  private Prompt asked(Recording recording, long position, Optional<String> without)
      throws InterruptedException {
    int now = stage.model().prompts().size();
    stage.model().thenText("ok");
    replays.step(recording, position, ReplaySettings.OWN, without.map(Assumption::named));
    return stage.model().prompts().get(now);
  }

  @Test
  void onlySelectableProfilesAreForClients() throws Exception {
    replays.checkSelectable("default");
    assertThatThrownBy(() -> replays.checkSelectable("none"))
        .hasMessage(
            "profile: there is no profile \"none\" to choose; the profiles are claude, default,"
                + " rehearsal");
  }

  @Test
  void aReplayThatTakesTooLongIsRefused() throws Exception {
    var recording = record();
    var late = new AtomicInteger();
    var slow = replays(() -> late.getAndIncrement() * 20_000_000_000L);
    assertThatThrownBy(() -> slow.requests(recording, ReplaySettings.OWN))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("replay the bundle");
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> context(10)).hasMessageContaining("context_tokens");
    assertThatThrownBy(() -> settings(Optional.empty(), Optional.of("best")))
        .hasMessageContaining("strategy: must be one of full, rolling, summary");
    assertThatThrownBy(
            () ->
                new ReplaySettings(
                    Optional.of(" "), Optional.empty(), Optional.empty(), Optional.empty()))
        .hasMessageContaining("model");
  }

  @Test
  void aModelIsAskedAgainWithExactlyWhatItWasAskedThen() throws Exception {
    var recording = record();
    var then = stage.model().prompts();
    for (int i : List.of(0, 5, 40, TURNS * (CALLS + 1) - 1)) {
      var old = then.get(i);
      int now = stage.model().prompts().size();
      stage.model().then((prompt, _) -> ScriptedModel.reply("end_turn", textBlock("Enough.")));
      var json = replays.step(recording, at(recording, i), Optional.empty()).json();
      assertThat(stage.model().prompts().get(now)).isEqualTo(old);
      boolean called = i % (CALLS + 1) != CALLS;
      assertThat(json.get("ended_early")).contains(Json.of(called));
      assertThat(json.get("same_kind")).contains(Json.of(!called));
      assertThat(json.object("recorded").text("kind")).isEqualTo(called ? "call" : "text");
      assertThat(json.object("replayed").text("kind")).isEqualTo("text");
    }
  }

  @Test
  void repliesAreComparedByToolAndTarget() throws Exception {
    var recording = record();
    long first = at(recording, 0);
    stage.model().thenCalls(toolUse("x", "bash", Json.obj("command", "make other")));
    var same = replays.step(recording, first, Optional.empty()).json();
    assertThat(same.get("same_target")).contains(Json.of(true));
    assertThat(same.object("replayed").text("target")).isEqualTo("make");
    stage.model().thenCalls(toolUse("x", "bash", Json.obj("command", "ls")));
    var tool = replays.step(recording, first, Optional.empty()).json();
    assertThat(tool.get("same_tool")).contains(Json.of(true));
    assertThat(tool.get("same_target")).contains(Json.of(false));
    stage.model().thenCalls(toolUse("x", "read", Json.obj("path", "a")));
    var kind = replays.step(recording, first, Optional.empty()).json();
    assertThat(kind.get("same_kind")).contains(Json.of(true));
    assertThat(kind.get("same_tool")).contains(Json.of(false));
    assertThat(kind.get("same_target")).contains(Json.NULL);
    stage.model().thenFailure(Answer.Kind.OVERLOADED, "busy");
    var failed = replays.step(recording, first, Optional.empty()).json();
    assertThat(failed.object("error").text("kind")).isEqualTo("overloaded");
    assertThat(failed.get("same_kind")).contains(Json.NULL);
    assertThat(failed.get("replayed")).contains(Json.NULL);
  }

  @Test
  void anotherModelGetsNoThinking() throws Exception {
    var recording = record();
    int now = stage.model().prompts().size();
    stage.model().thenText("ok").thenText("ok");
    replays.step(recording, at(recording, 3), Optional.empty());
    replays.step(recording, at(recording, 3), Optional.of("claude-other"));
    var own = stage.model().prompts().get(now).messages();
    var other = stage.model().prompts().get(now + 1).messages();
    assertThat(own.toString()).contains("\"thinking\"");
    assertThat(other.toString()).doesNotContain("\"thinking\"").contains("make step2");
    assertThat(WireRules.fault(other)).isEmpty();
  }

  @Test
  void pointsAreSpreadOverTheLogAndOnlyTheyCanBeAsked() throws Exception {
    var recording = record();
    var points = replays.points(recording, 5);
    assertThat(points).hasSize(5).isSorted().doesNotHaveDuplicates();
    assertThat(recording.replies()).containsKeys(points.toArray(Long[]::new));
    assertThat(points.getFirst()).isLessThan(stage.log().size() / 5L);
    assertThat(points.getLast()).isGreaterThan(stage.log().size() * 4L / 5);
    assertThat(replays.points(recording, 1_000)).hasSize(TURNS * (CALLS + 1));
    assertThatThrownBy(() -> replays.step(recording, 1, Optional.empty()))
        .hasMessageContaining("no model request with a reply at position 1");
  }

  @Test
  void anExportedSessionIsReplayedWithoutItsFiles() throws Exception {
    var recorded = record();
    var events = recorded.events();
    var first = events.stream().filter(one -> one.event() instanceof Event.UserMessage).findFirst();
    var file = Json.obj("type", "file", "file_id", "file_01x");
    var image = Json.obj("type", "image", "source", file);
    var message = new Event.UserMessage(first.orElseThrow().event().id(), Json.arr(image));
    var with =
        events.stream().map(one -> one.equals(first.get()) ? with(one, message) : one).toList();
    var recording = Recording.ofExported(recorded.agent(), with);
    var exported =
        new Replays(
            stage.model(),
            Inventory.HANDS,
            Profiles.BUILT_IN,
            Optional.empty(),
            System::nanoTime,
            LIMIT);
    stage.model().thenText("ok");
    exported.step(recording, at(recording, 0), Optional.empty());
    assertThat(stage.model().prompts().getLast().messages().toString())
        .contains("a file was left out")
        .doesNotContain("file_01x");
    assertThat(exported.requests(recording, ReplaySettings.OWN).replayed().requests())
        .isEqualTo(TURNS * (CALLS + 1));
  }

  private static Stored with(Stored stored, Event event) {
    return new Stored(
        stored.position(),
        stored.processedAt(),
        stored.thread(),
        event,
        stored.json(),
        stored.hidden());
  }
}
