package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Toolset;
import dev.drover.model.Answer;
import dev.drover.model.Prompt;
import dev.drover.session.Event;
import dev.drover.session.StopReason;
import dev.drover.testing.Stage;
import dev.drover.testing.WireRules;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A request that a server refuses for one item of it is made again without that, and the item
/// stays out.
final class RefusedItemsTest {
  private static final Json.Obj IMAGE =
      Json.obj(
          "type", "image", "source", Json.obj("type", "url", "url", "https://example.com/bad.png"));
  private static final Json.Obj PDF =
      Json.obj(
          "type",
          "document",
          "source",
          Json.obj("type", "url", "url", "https://example.com/bad.pdf"),
          "title",
          "Plan");
  private static final Json.Obj THINKING =
      Json.obj("type", "thinking", "thinking", "hm", "signature", "old");

  private final Stage stage =
      new Stage(
          List.of(
              new Toolset(Toolset.OPEN, List.of()),
              new CustomTool("lookup", "Looks something up.", Json.obj("type", "object"))));

  @AfterEach
  void close() {
    stage
        .model()
        .prompts()
        .forEach(prompt -> assertThat(WireRules.fault(prompt.messages())).isEmpty());
    stage.close();
  }

  /// A server that refuses, in these words, whatever has `bad` in it.
  private void refuses(String bad, String words) {
    stage
        .model()
        .otherwise(
            (prompt, _) ->
                prompt.messages().toString().contains(bad)
                    ? refusal(words)
                    : reply("end_turn", textBlock("fine")));
  }

  private static Answer.Failure refusal(String words) {
    return words.startsWith("HTTP 5")
        ? new Answer.Failure(
            Answer.Kind.BROKEN, words, Optional.empty(), new Answer.Said(words, true))
        : new Answer.Failure(Answer.Kind.REJECTED, words, Optional.empty());
  }

  private void says(Json... blocks) throws InterruptedException {
    stage.receive(new Event.UserMessage(stage.interruptId(), Json.arr((Object[]) blocks)));
    stage.wake();
  }

  private void wentOn(int turns) {
    assertThat(stage.all(Event.StatusIdle.class))
        .extracting(Event.StatusIdle::reason)
        .hasSize(turns)
        .containsOnly(new StopReason.EndTurn());
    assertThat(stage.all(Event.Failed.class)).isEmpty();
  }

  private String lastPrompt() {
    return stage.model().prompts().getLast().messages().toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP 400: invalid_request_error: messages.0.content.1.image.source: Could not process"
            + " image",
        "HTTP 400: invalid_request_error: messages.0.content.1: bad",
        "HTTP 400: invalid_request_error: messages.0.content.1.image.source.base64.data: At least"
            + " one of the image dimensions exceed max allowed size: 8000 pixels",
        "HTTP 400: invalid_request_error: Could not process image",
        "HTTP 400: Failed to load image: cannot identify image file",
        "HTTP 400: invalid_image_url: Error while downloading https://example.com/bad.png",
        "HTTP 422: This model does not support vision input",
        "HTTP 400 from http://127.0.0.1/v1: messages[2].content[1].image_url: invalid",
        "HTTP 400: At most 0 image(s) may be provided in one prompt.",
        "HTTP 200, then an error: invalid_request_error: image is corrupt"
      })
  void anImageThatIsRefusedStaysOut(String words) throws Exception {
    refuses("bad.png", words);
    says(textBlock("look"), IMAGE);
    says(textBlock("and?"));
    wentOn(2);
    assertThat(lastPrompt())
        .contains("look", "[an image was left out because the model server refused it]", "and?");
    assertThat(stage.model().prompts()).hasSize(3);
    assertThat(stage.all(Event.ModelRequestEnd.class))
        .extracting(Event.ModelRequestEnd::isError)
        .containsExactly(true, false, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP 400: invalid_request_error: messages.0.content.1.document.source: The PDF is"
            + " encrypted",
        "HTTP 400: invalid_request_error: messages.0.content.1: too many pages",
        "HTTP 400: invalid_request_error: The PDF specified was not valid.",
        "HTTP 400: could not read the document"
      })
  void aDocumentThatIsRefusedStaysOut(String words) throws Exception {
    refuses("bad.pdf", words);
    says(textBlock("look"), PDF);
    says(textBlock("and?"));
    wentOn(2);
    assertThat(lastPrompt()).contains("[a document named Plan was left out");
  }

  @Test
  void onlyTheItemThatIsNamedIsLeftOut() throws Exception {
    refuses("bad.png", "HTTP 400: messages.0.content.0.image.source: no");
    says(
        IMAGE, PDF, IMAGE.with("source", Json.obj("type", "url", "url", "https://x.org/good.png")));
    wentOn(1);
    assertThat(lastPrompt()).contains("good.png", "bad.pdf").doesNotContain("bad.png");
  }

  @Test
  void anImageInTheResultOfAToolIsLeftOut() throws Exception {
    stage.model().thenCalls(toolUse("toolu_1", "lookup", Json.EMPTY));
    says(textBlock("look it up"));
    refuses("bad.png", "HTTP 400: messages.2.content.0.tool_result.content.1.image.source: no");
    stage.receive(
        new Event.UserCustomToolResult(
            stage.interruptId(),
            stage.all(Event.AgentCustomToolUse.class).getLast().id(),
            Optional.of(Json.arr(textBlock("found"), IMAGE)),
            Optional.empty()));
    stage.wake();
    says(textBlock("and?"));
    assertThat(lastPrompt()).contains("found", "an image was left out");
    assertThat(stage.all(Event.Failed.class)).isEmpty();
  }

  @Test
  void theImagesOfAResultThatIsNamedAsAWholeAreLeftOut() throws Exception {
    stage.model().thenCalls(toolUse("toolu_1", "lookup", Json.EMPTY));
    says(textBlock("look it up"));
    refuses("bad.png", "HTTP 400: messages.2.content.0: Could not process");
    stage.receive(
        new Event.UserCustomToolResult(
            stage.interruptId(),
            stage.all(Event.AgentCustomToolUse.class).getLast().id(),
            Optional.of(Json.arr(textBlock("found"), IMAGE)),
            Optional.empty()));
    stage.wake();
    assertThat(lastPrompt()).contains("found", "an image was left out");
  }

  @Test
  void theImagesOfTheNewestMessageThatHasAnyAreMeant() throws Exception {
    stage.model().thenText("ok").thenText("ok");
    says(IMAGE.with("source", Json.obj("type", "url", "url", "https://x.org/good.png")));
    says(textBlock("words"));
    refuses("bad.png", "HTTP 400: Could not process image");
    says(IMAGE);
    says(textBlock("and?"));
    wentOn(4);
    assertThat(lastPrompt()).contains("good.png").doesNotContain("bad.png");
  }

  @Test
  void eachItemIsTakenOutOnceAndThenTheErrorIsShown() throws Exception {
    stage
        .model()
        .otherwise((_, _) -> refusal("HTTP 400: messages.0.content.0: Could not process image"));
    says(IMAGE, textBlock("look"));
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.RetriesExhausted());
    assertThat(stage.all(Event.Failed.class)).hasSize(1);
    assertThat(stage.model().prompts()).hasSize(2);
  }

  @Test
  void aTurnAsksAgainNoMoreOftenThanForOtherFailures() throws Exception {
    stage
        .model()
        .otherwise(
            (prompt, _) ->
                refusal("HTTP 400: messages.0.content.%d: no".formatted(firstImage(prompt))));
    says(IMAGE, IMAGE, IMAGE, IMAGE, IMAGE);
    assertThat(stage.model().prompts()).hasSize(Stage.QUICK.limit());
    assertThat(stage.all(Event.Failed.class)).hasSize(1);
  }

  private static int firstImage(Prompt prompt) {
    var content = ((Json.Obj) prompt.messages().items().getFirst()).items("content");
    for (int i = 0; i < content.size(); i++) {
      if (content.get(i).toString().contains("\"image\"")) {
        return i;
      }
    }
    return 0;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP 401: authentication_error: this key may not send an image",
        "HTTP 404: not_found_error: model: image-writer-2",
        "HTTP 400: max_tokens: must be smaller",
        "HTTP 400: messages.7.content.9: no such block",
        "HTTP 400: messages.0.content.0.text: is not allowed",
        "HTTP 400: messages.0.content.1.cache_control: too many marks",
        "HTTP 400: messages: at least one message is required"
      })
  void whatIsNotAboutAnItemIsShown(String words) throws Exception {
    stage.model().otherwise((_, _) -> refusal(words));
    says(textBlock("look"), textBlock("there"));
    assertThat(stage.model().prompts()).hasSize(1);
    assertThat(stage.all(Event.Failed.class)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP 400: messages.1.content.0: The block is bound to a different conversation",
        "HTTP 400: messages.1.content.0: Invalid `signature` in `thinking` block",
        "HTTP 400: messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest"
            + " assistant message cannot be modified.",
        "HTTP 400: messages.1.content.0.thinking.signature: Field required",
        "HTTP 400: thinking blocks cannot be modified",
        "HTTP 400: Invalid signature",
        "HTTP 400: thinking.signature: Field required",
        "HTTP 400: thinking.signature: Input should be a valid string",
        "HTTP 400: Unsupported content block type: thinking",
        "HTTP 422: Unsupported content type 'thinking'",
        "HTTP 400: unknown variant `thinking`, expected one of `text`, `tool_use`",
        "HTTP 400: Input tag 'thinking' found using 'type' does not match any of the expected tags",
        "HTTP 400: thinking blocks are not supported by this model",
        "HTTP 400: content type redacted_thinking is invalid: thinking blocks are not allowed",
        "HTTP 500: Unsupported content block type: thinking",
        "HTTP 500: ValueError: Unknown content block type: thinking",
        "HTTP 502: Invalid `signature` in `thinking` block",
        "HTTP 400: messages.1.content.0: no"
      })
  void oldThinkingThatIsRefusedStaysOutAndNewThinkingStays(String words) throws Exception {
    stage.model().thenReply("end_turn", THINKING, textBlock("one"));
    says(textBlock("Hi"));
    refuses("\"old\"", words);
    says(textBlock("again"));
    stage.model().thenReply("end_turn", THINKING.with("signature", "new"), textBlock("three"));
    says(textBlock("more"));
    says(textBlock("and?"));
    wentOn(4);
    assertThat(lastPrompt()).contains("\"new\"", "one", "three").doesNotContain("\"old\"");
  }

  @Test
  void withoutThinkingThereIsNothingToLeaveOut() throws Exception {
    stage.model().otherwise((_, _) -> refusal("HTTP 400: Invalid signature in thinking block"));
    says(textBlock("Hi"));
    assertThat(stage.model().prompts()).hasSize(1);
  }

  @Test
  void anotherBrainLeavesTheItemOutToo() throws Exception {
    refuses("bad.png", "HTTP 400: Could not process image");
    says(IMAGE);
    stage.queue("again");
    stage.harness(stage.store().eventLog()).wake(stage.session());
    wentOn(2);
    assertThat(stage.model().prompts()).hasSize(3);
  }

  @Test
  void anOldTextThatIsRefusedIsLeftOut() throws Exception {
    stage.model().thenText("ok");
    says(textBlock("odd"));
    refuses("odd", "HTTP 400: messages.0.content.0.text: invalid");
    says(textBlock("and?"));
    wentOn(2);
    assertThat(lastPrompt()).contains("a text was left out");
  }

  @Test
  void theInputOfACallThatIsRefusedIsEmptied() throws Exception {
    stage.model().thenCalls(toolUse("toolu_1", "bash", Json.obj("odd", 1))).thenText("ok");
    says(textBlock("go"));
    refuses("odd", "HTTP 400: messages.1.content.0.tool_use.input: invalid");
    says(textBlock("and?"));
    wentOn(2);
  }
}
