package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.catalog.Definition;
import dev.drover.session.Delivery;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.testing.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The paragraphs that follow the system prompt of an agent.
final class SessionNotesTest {
  private static final Json.Obj MARK = Json.obj("type", "ephemeral");

  /// The system blocks that the model is sent in two turns of a session.
  private static Json system(@Nullable String prompt, String... notes) throws Exception {
    try (var stage = new Stage()) {
      var session = session(stage, prompt, notes);
      stage.store().sessions().create(session, List.of());
      for (int turn = 0; turn < 2; turn++) {
        stage.model().thenText("Hello.");
        var delivery = new Delivery(stage.ids().next("send_"), false);
        stage
            .store()
            .eventLog()
            .receive(session.id(), List.of(stage.message("Hi")), delivery)
            .lease()
            .ifPresent(stage.store().eventLog()::release);
        stage.harness().wake(session.id());
      }
      var prompts = stage.model().prompts();
      assertThat(prompts).hasSize(2);
      assertThat(prompts.getLast().system()).isEqualTo(prompts.getFirst().system());
      return prompts.getLast().system();
    }
  }

  private static Session session(Stage stage, @Nullable String prompt, String... notes) {
    var plain = stage.row();
    var agent = plain.agent();
    return new Session(
        new SessionId(stage.ids().next(SessionId.PREFIX)),
        plain.origin().withNotes(List.of(notes)),
        new Session.Editable(
            new Definition(agent.name(), agent.description(), agent.model(), prompt, agent.tools()),
            null,
            plain.editable().metadata(),
            plain.budget()));
  }

  private static Json block(String text) {
    return Json.arr(Json.obj("type", "text", "text", text, "cache_control", MARK));
  }

  @Test
  void notesFollowTheSystemPromptInOneBlock() throws Exception {
    assertThat(system("Be brief.", "You have skills.", "You have memory."))
        .isEqualTo(block("Be brief.\n\nYou have skills.\n\nYou have memory."));
  }

  @Test
  void notesAreSentAlsoWithoutASystemPrompt() throws Exception {
    assertThat(system(null, "You have skills.")).isEqualTo(block("You have skills."));
    assertThat(system(" \n", "You have skills.")).isEqualTo(block("You have skills."));
  }

  @Test
  void aSystemPromptWithoutNotesStaysAsItIs() throws Exception {
    assertThat(system(" Be brief.\n")).isEqualTo(block(" Be brief.\n"));
    assertThat(system(null)).isEqualTo(Json.arr());
  }
}
