package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.testing.ListedLog;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a model sees in an imported session.
@Timeout(20)
final class ImportTest {
  private final Stage stage = new Stage();

  @AfterEach
  void close() {
    stage.close(); // which checks the log of the imported session
  }

  private void turn(String text) throws InterruptedException {
    stage.queue(text);
    stage.wake();
  }

  @Test
  void aModelGoesOnWithTheSameHistoryWithoutItsThinking() throws Exception {
    var thinking = Json.obj("type", "thinking", "thinking", "hm", "signature", "s");
    stage.model().thenReply("end_turn", thinking, textBlock("one"));
    stage.model().thenReply("end_turn", thinking, textBlock("two")).thenText("three");
    turn("first");
    var from = stage.row();
    var made =
        new Session(
            new SessionId(stage.ids().next(SessionId.PREFIX)), from.origin(), from.editable());
    var exported = new ListedLog(from.id(), from.primary().id(), stage.log());
    stage.enter(stage.store().sessions().importSession(made, exported).id());
    turn("second");
    var messages = stage.model().prompts().get(1).messages().items();
    assertThat(messages).hasSize(3);
    assertThat(messages.toString())
        .contains("first", "one", "This session was imported.", "second")
        .doesNotContain("signature");
    assertThat(stage.row().progress().usage().inputTokens())
        .isEqualTo(ScriptedModel.USAGE.inputTokens());
    turn("third");
    assertThat(stage.model().prompts().get(2).messages().toString())
        .as("the thinking of the new session")
        .containsOnlyOnce("signature");
  }
}
