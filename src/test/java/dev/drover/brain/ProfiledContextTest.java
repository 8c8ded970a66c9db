package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.model.Answer;
import dev.drover.model.Prompt;
import dev.drover.profile.ProfileFigures;
import dev.drover.profile.Profiles;
import dev.drover.reading.GetEvents;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;
import dev.drover.session.ProfileUse;
import dev.drover.session.Session;
import dev.drover.session.Stored;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import dev.drover.testing.TestProfiles;
import dev.drover.tools.Inventory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Sessions whose profile changes, and whose operator asks for a new chapter.
final class ProfiledContextTest {
  private static final String MARK = "cache_control";

  private final Stage stage =
      new Stage(List.of(), Inventory.HANDS.withReader(new GetEvents(System::nanoTime), false));

  @AfterEach
  void close() {
    stage.close();
  }

  private void wakeWith(Profiles profiles) throws Exception {
    stage.harness(stage.store().eventLog(), Pause.REAL, profiles).wake(stage.session());
  }

  private void turn(Profiles profiles, String text) throws Exception {
    stage.queue(text);
    wakeWith(profiles);
  }

  /// Turns until the context is full: 30 messages of about 1,000 tokens, of a model with 20,000.
  private void fill(Profiles profiles) throws Exception {
    stage.model().withContext(20_000, true).otherwise((_, _) -> reply());
    for (int i = 0; i < 30; i++) {
      turn(profiles, "message " + i + " " + "words ".repeat(1_000));
    }
  }

  private static Answer reply() {
    return new Answer.Reply(
        Json.arr(ScriptedModel.textBlock("done")), "end_turn", Json.EMPTY, ModelUsage.NONE);
  }

  private void choose(String profile) {
    stage
        .store()
        .sessions()
        .update(
            Stage.WORKSPACE,
            stage.session(),
            before ->
                before.with(
                    new Session.Editable(
                        before.agent(), null, Map.of(Profiles.KEY, profile), before.budget())));
  }

  private void compact() {
    compact(Optional.empty());
  }

  private void compact(Optional<String> instructions) {
    stage.store().sessions().requestCompaction(Stage.WORKSPACE, stage.session(), instructions);
  }

  /// The profiles that starts of requests have recorded.
  private List<String> recorded() {
    return stage.log().stream()
        .filter(stored -> stored.event() instanceof Event.ModelRequestStart)
        .map(Stored::hidden)
        .filter(hidden -> hidden != null)
        .flatMap(hidden -> ProfileUse.read(hidden.object(ProfileUse.HIDDEN)).stream())
        .map(ProfileUse::label)
        .toList();
  }

  private List<String> ofChapters() {
    return stage.all(Event.ContextOpened.class).stream()
        .map(opened -> opened.profile().orElseThrow().label())
        .toList();
  }

  private Prompt last() {
    return stage.model().prompts().getLast();
  }

  @Test
  void theFirstRequestRecordsTheProfileAndEachChapterItsOwn() throws Exception {
    fill(Profiles.BUILT_IN);
    assertThat(recorded()).containsExactly("claude@1");
    assertThat(ofChapters()).isNotEmpty().containsOnly("claude@1");
  }

  @Test
  void anotherFileTouchesNoChapterThatIsOpen() throws Exception {
    stage.model().otherwise((_, _) -> reply());
    turn(Profiles.BUILT_IN, "one");
    assertThat(last().messages().toString()).contains(MARK);
    var changed =
        TestProfiles.with("claude", "request: {cache_marks: false}, tools: {get_events: always}");
    turn(changed, "two");
    assertThat(last().messages().toString()).contains(MARK);
    assertThat(last().tools().toString()).doesNotContain("get_events");
    fill(changed);
    assertThat(ofChapters()).isNotEmpty().containsOnly("claude@5");
    assertThat(last().messages().toString()).doesNotContain(MARK);
    assertThat(last().system().toString()).doesNotContain(MARK);
    assertThat(last().tools().toString()).contains("get_events");
    assertThat(recorded()).containsExactly("claude@1");
  }

  @Test
  void theSettingGetEventsIsFixedWithTheChapter() throws Exception {
    stage.model().otherwise((_, _) -> reply());
    turn(Profiles.BUILT_IN, "one");
    var settings = Chapter.of(stage.log()).profile().orElseThrow().settings();
    assertThat(settings.object("tools").text("get_events")).isEqualTo("never");
  }

  @Test
  void aSessionThatNamesAnotherProfileHasItFromTheNextChapterOn() throws Exception {
    var profiles =
        TestProfiles.with(
            "mine", "strategy: rolling, keep: {user_tokens: 0}, context: {at_tokens: 3000}");
    turn(profiles, "one");
    choose("mine");
    stage.model().otherwise((_, _) -> reply());
    for (int i = 0; i < 5; i++) {
      turn(profiles, "message " + i + " " + "words ".repeat(1_000));
    }
    assertThat(ofChapters()).isEmpty(); // the chapter that is open ends where it would have
    compact();
    turn(profiles, "go");
    assertThat(ofChapters()).containsExactly("mine@5");
    for (int i = 0; i < 5; i++) {
      turn(profiles, "message " + i + " " + "words ".repeat(1_000));
    }
    var chapters = stage.all(Event.ContextOpened.class);
    assertThat(chapters.size()).isGreaterThan(1);
    assertThat(chapters.get(1).gauge().before()).isLessThan(8_000);
  }

  @Test
  void aNewChapterBeginsBecauseItWasAskedFor() throws Exception {
    var rolling = TestProfiles.claude("strategy: rolling");
    stage
        .model()
        .otherwise(
            (_, _) ->
                ScriptedModel.reply("end_turn", ScriptedModel.textBlock("words ".repeat(500))));
    for (int i = 0; i < 6; i++) {
      turn(rolling, "message " + i);
    }
    var before = last().messages().toString();
    compact();
    assertThat(stage.all(Event.ContextOpened.class)).isEmpty();
    turn(rolling, "go");
    var opened = stage.all(Event.ContextOpened.class);
    assertThat(opened).hasSize(1);
    assertThat(opened.getFirst().cause()).isEqualTo(Event.ContextOpened.Cause.REQUESTED);
    assertThat(last().messages().toString()).contains("message 0", "message 5").contains("go");
    assertThat(last().messages().items().size())
        .isLessThan(((Json.Arr) Json.trusted(before)).items().size());
    assertThat(stage.types()).contains("agent.thread_context_compacted");
    assertThat(stage.types()).noneMatch(type -> type.startsWith("drover."));
    turn(rolling, "more");
    assertThat(stage.all(Event.ContextOpened.class)).hasSize(1);
  }

  @Test
  void aSummaryFollowsTheInstructions() throws Exception {
    var words = "words ".repeat(4_000);
    stage
        .model()
        .otherwise((_, _) -> ScriptedModel.reply("end_turn", ScriptedModel.textBlock(words)));
    for (int i = 0; i < 6; i++) {
      turn(Profiles.BUILT_IN, "message " + i);
    }
    compact(Optional.of("Keep 100 % of the key."));
    turn(Profiles.BUILT_IN, "go");
    var opened = stage.all(Event.ContextOpened.class);
    assertThat(opened).hasSize(1);
    assertThat(opened.getFirst().kind()).isEqualTo(Event.ContextOpened.Kind.SUMMARY);
    assertThat(opened.getFirst().cause()).isEqualTo(Event.ContextOpened.Cause.REQUESTED);
    assertThat(opened.getFirst().profile().orElseThrow().label()).isEqualTo("claude@1");
    var prompts = stage.model().prompts();
    assertThat(prompts.get(prompts.size() - 2).messages().toString())
        .contains("follow these instructions:\\nKeep 100 % of the key.");
    assertThat(last().messages().toString()).doesNotContain("Keep 100 %");
  }

  @Test
  void anAgentIsAskedToHandOverBecauseItWasAskedFor() throws Exception {
    var note = TestProfiles.claude("strategy: note");
    stage.model().otherwise((_, _) -> reply());
    turn(note, "one");
    assertThat(last().tools().toString()).contains("hand_over");
    assertThat(stage.all(Event.HandOverAsked.class)).isEmpty();
    compact();
    turn(note, "two");
    assertThat(stage.all(Event.HandOverAsked.class)).hasSize(1);
  }

  @Test
  void whatCannotGetSmallerWaitsUntilItCan() throws Exception {
    var rolling = TestProfiles.claude("strategy: rolling");
    stage.model().otherwise((_, _) -> reply());
    turn(rolling, "hi");
    compact();
    turn(rolling, "short");
    assertThat(stage.all(Event.ContextOpened.class)).isEmpty();
    for (int i = 0; i < 6; i++) {
      turn(rolling, "message " + i + " " + "words ".repeat(4_000));
    }
    assertThat(stage.all(Event.ContextOpened.class)).hasSize(1);
  }

  @Test
  void aContextThatIsSentWholeHasAChapterOnlyIfAskedFor() throws Exception {
    var whole = TestProfiles.with("claude", "strategy: full");
    stage.model().withContext(20_000, true).otherwise((_, _) -> reply());
    for (int i = 0; i < 30; i++) {
      turn(whole, "message " + i + " " + "words ".repeat(1_000));
    }
    assertThat(stage.all(Event.ContextOpened.class)).isEmpty();
    compact();
    turn(whole, "go");
    assertThat(stage.all(Event.ContextOpened.class)).hasSize(1);
  }

  @Test
  void figuresAreByProfile() throws Exception {
    var seen = new ArrayList<String>();
    var figures =
        new ProfileFigures() {
          @Override
          public void asked(String profile, boolean failed, ModelUsage usage) {
            seen.add("asked " + profile + " " + failed + " " + usage.inputTokens());
          }

          @Override
          public void opened(String profile, Event.ContextOpened chapter) {
            seen.add("opened " + profile + " " + chapter.cause());
          }
        };
    stage.model().thenText("one").thenFailure(Answer.Kind.REJECTED, "no");
    turn(Profiles.BUILT_IN.observedBy(figures), "hi");
    turn(Profiles.BUILT_IN.observedBy(figures), "hi");
    assertThat(seen)
        .containsExactly(
            "asked claude@1 false " + ScriptedModel.USAGE.inputTokens(), "asked claude@1 true 0");
    fill(Profiles.BUILT_IN.observedBy(figures));
    assertThat(seen).contains("opened claude@1 THRESHOLD");
  }
}
