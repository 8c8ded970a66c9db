package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.model.anthropic.MessagesModel;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.Timeouts;
import dev.drover.profile.Strategy;
import dev.drover.session.Event;
import dev.drover.session.ForkPoint;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.testing.CompactingService;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.Stage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Thinking that its server accepts only behind exactly the messages that it was written after. The
/// server refuses a request with any other thinking.
final class ThinkingTest {
  private static final int WINDOW = 40_000;

  private final ScriptedMessages server = ScriptedMessages.start();
  private final CompactingService service =
      new CompactingService(WINDOW, 5, SummaryRequest.BEGINNING);
  private final MessagesModel model =
      new MessagesModel(server.uri(), new ApiKey("key"), Timeouts.DEFAULT, InstantSource.system());
  private final List<Prompt> prompts = new ArrayList<>();
  private final Stage stage = new Stage();

  @BeforeEach
  void open() {
    server.otherwise(service);
    stage
        .model()
        .withContext(WINDOW, true)
        .withServerCompaction()
        .otherwise(
            (prompt, listener) -> {
              prompts.add(prompt);
              return model.answer(prompt, listener);
            });
    stage.hand().does(_ -> ToolResult.success("output line 4711 ".repeat(120)));
  }

  @AfterEach
  void close() {
    stage.close();
    model.close();
    server.close();
  }

  private void turn(String text) throws InterruptedException {
    stage.queue(text);
    stage.harness(stage.store().eventLog()).wake(stage.session());
  }

  private void fork() {
    var to = new SessionId(stage.ids().next(SessionId.PREFIX));
    stage
        .store()
        .sessions()
        .fork(
            Stage.WORKSPACE,
            stage.session(),
            new ForkPoint.Newest(),
            true,
            before -> new Session(to, before.origin(), before.editable()));
    stage.enter(to);
  }

  /// Each turn has another brain.
  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"ROLLING", "SUMMARY", "SERVER"})
  void noThinkingIsRefused(Strategy strategy) throws Exception {
    stage.withContext(strategy);
    for (int i = 0; i < 12; i++) {
      turn("Part " + i + ".");
    }
    fork();
    turn("In the fork.");
    stage.withContext(strategy == Strategy.ROLLING ? Strategy.SERVER : Strategy.ROLLING);
    for (int i = 0; i < 8; i++) {
      turn("Another profile " + i + ".");
    }
    assertThat(service.refusals()).isEmpty();
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.ContextOpened.class))
        .extracting(Event.ContextOpened::kind)
        .contains(Event.ContextOpened.Kind.ROLLING)
        .hasSizeGreaterThan(2);
    var last = service.ordinary().getLast().body().toString();
    assertThat(last).contains("\"thinking\":\"Thought ");
  }

  /// Thinking between two calls of one reply, and before the results of both.
  @Test
  void allThinkingOfAChapterIsSentBackWithItsCalls() throws Exception {
    turn("Go.");
    var reply =
        new Json.Arr(((Json.Obj) prompts.get(2).messages().items().get(3)).items("content"));
    assertThat(reply.items())
        .extracting(block -> ((Json.Obj) block).text("type"))
        .containsExactly("thinking", "tool_use", "redacted_thinking", "tool_use");
    for (var prompt : prompts.subList(2, prompts.size())) {
      assertThat(prompt.messages().toString()).contains(reply.toString());
    }
    assertThat(service.refusals()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "system", "tools", "result", "message"})
  void theServerOfThisTestNoticesWhatHasChanged(String what) throws Exception {
    turn("Go.");
    var asked = prompts.getLast();
    var text = asked.messages().toString();
    var changed =
        switch (what) {
          case "system" ->
              new Prompt(
                  asked.model(),
                  asked.maxTokens(),
                  asked.effort(),
                  Json.arr(Json.obj("type", "text", "text", "It is 12:01.")),
                  asked.tools(),
                  asked.messages());
          case "tools" -> asked.withTools(Json.arr());
          case "result" -> with(asked, text.replaceFirst("output line 4711 ", ""));
          case "message" -> with(asked, text.replaceFirst("\"Go\\.\"", "\"Do it.\""));
          default -> asked;
        };
    assertThat(model.answer(changed, Listener.DEAF) instanceof Answer.Reply)
        .isEqualTo(what.equals("nothing"));
  }

  private static Prompt with(Prompt prompt, String messages) {
    return prompt.withMessages((Json.Arr) Json.trusted(messages));
  }
}
