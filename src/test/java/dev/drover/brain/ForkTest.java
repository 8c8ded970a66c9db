package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.brain.Repositories.Outcome;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.session.Fork;
import dev.drover.session.ForkPoint;
import dev.drover.session.RepositoryPath;
import dev.drover.session.RepositorySkill;
import dev.drover.session.RepositoryUrl;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource.Repository;
import dev.drover.session.SessionResourceId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a model sees in a fork, and what becomes of the other session.
@Timeout(20)
final class ForkTest {
  private final Stage stage = new Stage();

  @AfterEach
  void close() {
    stage.close(); // which checks the log of the fork
  }

  private void turn(String text) throws InterruptedException {
    stage.queue(text);
    stage.wake();
  }

  /// Forks the session, and goes on with the fork.
  private Fork fork(ForkPoint at) {
    var to = new SessionId(stage.ids().next(SessionId.PREFIX));
    var fork =
        stage
            .store()
            .sessions()
            .fork(
                Stage.WORKSPACE,
                stage.session(),
                at,
                true,
                before -> new Session(to, before.origin(), before.editable()));
    stage.enter(to);
    return fork;
  }

  private List<Stored> log(SessionId session) {
    return stage.store().eventLog().getEvents(session, Slice.after(0, 1_000));
  }

  private List<Json> messages(int prompt) {
    return stage.model().prompts().get(prompt).messages().items();
  }

  @Test
  void aForkGoesOnWithTheSameHistoryAndTheOtherSessionIsUntouched() throws Exception {
    stage.model().thenText("one").thenText("two").thenText("three");
    turn("first");
    var end = stage.log().getLast().event();
    assertThat(end).isInstanceOf(Event.StatusIdle.class);
    turn("second");
    var original = stage.session();
    var before = stage.log();
    var row = stage.row();
    fork(new ForkPoint.OfEvent(end.id()));
    turn("instead");
    assertThat(messages(2)).hasSize(3);
    assertThat(messages(2).subList(0, 2)).isEqualTo(messages(1).subList(0, 2));
    assertThat(messages(2).getLast().toString()).contains("instead").doesNotContain("second");
    assertThat(stage.model().prompts().get(2).system())
        .isEqualTo(stage.model().prompts().get(1).system());
    assertThat(stage.row().progress().usage().inputTokens())
        .isEqualTo(ScriptedModel.USAGE.inputTokens());
    assertThat(log(original)).isEqualTo(before);
    assertThat(stage.store().sessions().getSession(original)).isEqualTo(row);
  }

  @Test
  void aForkWithinATurnGoesOnWithTheNextMessage() throws Exception {
    stage.hand().does(_ -> ToolResult.success("file"));
    stage.model().thenCalls(toolUse("toolu_1", "bash", Json.obj("command", "ls")));
    stage.model().thenText("done").thenText("ok");
    turn("list the files");
    var result = stage.all(Event.AgentToolResult.class).getFirst();
    fork(new ForkPoint.OfEvent(result.id()));
    assertThat(stage.all(Event.StatusIdle.class)).hasSize(1);
    turn("and now?");
    assertThat(messages(2).subList(0, 2)).isEqualTo(messages(1).subList(0, 2));
    assertThat(messages(2)).hasSize(3);
    assertThat(messages(2).getLast().toString()).contains("toolu_1", "file", "and now?");
    assertThat(stage.all(Event.StatusIdle.class)).hasSize(2);
  }

  @Test
  void aModelReadsThatTheFilesOfItsCommandsAreMissing() throws Exception {
    stage.hand().does(_ -> ToolResult.success("file"));
    stage.model().thenCalls(toolUse("toolu_1", "bash", Json.obj("command", "ls")));
    stage.model().thenText("done").thenText("ok");
    turn("list the files");
    assertThat(fork(new ForkPoint.Newest()).filesMissing()).isTrue();
    turn("and now?");
    assertThat(messages(2).subList(0, 3).toString()).doesNotContain("empty directories");
    assertThat(messages(2).getLast().toString())
        .contains("new sandbox with empty directories", "and now?");
  }

  @Test
  void aRepositoryIsClonedAgainInEmptyDirectories() throws Exception {
    var url = RepositoryUrl.of("https://git.example/acme/app");
    stage.hand().does(_ -> ToolResult.success("done"));
    stage.begin(
        new Repository(
            new SessionResourceId("sesrsc_1"),
            url,
            RepositoryPath.of(url),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            Instant.EPOCH));
    var skill = new RepositorySkill("release", "Releases.", "/workspace/app/SKILL.md");
    stage.repositories().then(new Outcome.Cloned(List.of(skill)));
    stage.repositories().then(new Outcome.Cloned(List.of(skill)));
    stage.model().thenText("ok").thenText("ok");
    turn("Hi");
    fork(new ForkPoint.Newest());
    turn("Again");
    assertThat(stage.repositories().calls()).containsExactly("sesrsc_1-0", "sesrsc_1-0");
    assertThat(stage.model().prompts().get(1).system())
        .isEqualTo(stage.model().prompts().get(0).system());
  }
}
