package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.textBlock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import dev.drover.session.Event;
import dev.drover.session.StopReason;
import dev.drover.testing.Stage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An image is left out in whatever words and with whatever status a public server refuses it.
final class RefusedImagesTest {
  private static final Json.Obj IMAGE = image("https://example.com/bad.png");
  private static final String NOTE = "[an image was left out because the model server refused it]";

  private final Stage stage = new Stage(List.of());

  @AfterEach
  void close() {
    stage.close();
  }

  private static Json.Obj image(String url) {
    return Json.obj("type", "image", "source", Json.obj("type", "url", "url", url));
  }

  /// A server that refuses whatever has `bad.png` in it. It counts its messages in its own way.
  private void refuses(int status, String words) {
    var kind = status < 500 ? Kind.REJECTED : Kind.BROKEN;
    var message = "HTTP %d from http://127.0.0.1/v1: shortened".formatted(status);
    stage
        .model()
        .otherwise(
            (prompt, _) ->
                prompt.messages().toString().contains("bad.png")
                    ? new Answer.Failure(
                        kind, message, Optional.empty(), new Answer.Said(words, false))
                    : reply("end_turn", textBlock("fine")));
  }

  private void says(Json... blocks) throws InterruptedException {
    stage.receive(new Event.UserMessage(stage.interruptId(), Json.arr((Object[]) blocks)));
    stage.wake();
  }

  private String lastPrompt() {
    return stage.model().prompts().getLast().messages().toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          500 | server_error 500 image input is not supported - hint: if this is unexpected, you may need to provide the mmproj
          500 | api_error this model is missing data required for image input
          500 | InternalServerError 500 404 Client Error: Not Found for url: https://example.com/bad.png
          500 | 403, message='Forbidden', url='https://example.com/bad.png'
          500 | Failed to load image: cannot identify image file <_io.BytesIO object at 0x7f>
          500 | This model does not support image inputs
          500 | unable to process the image
          501 | images are not supported by this model
          404 | 404 No endpoints found that support image input
          404 | No endpoints found that can handle the requested image
          404 | Image input is not enabled for this model
          400 | invalid_request_error invalid_image_url Error while downloading file. url
          400 | invalid_image_url no url
          400 | Timeout while downloading the file
          400 | Unable to fetch content from the provided URL
          400 | Failed to download file: status code 403
          400 | invalid_request_error ('messages.1.content' : value must be a string)
          400 | messages[1].content must be a string
          422 | messages.1.content: Input should be a valid string messages.1.content
          422 | unknown variant `image_url`, expected `text`
          400 | This model only supports text
          400 | json: cannot unmarshal array into Go struct field ChatCompletionMessage.messages.content of type string
          400 | invalid_parameter_error image_parse_error
          400 | 该模型不支持图片输入
          415 | Unsupported image format
          """)
  void anImageThatIsRefusedStaysOut(int status, String words) throws Exception {
    refuses(status, words);
    says(textBlock("look"), IMAGE);
    says(textBlock("and?"));
    assertThat(lastPrompt()).contains("look", NOTE, "and?");
    assertThat(stage.model().prompts()).hasSize(3);
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.StatusIdle.class))
        .extracting(Event.StatusIdle::reason)
        .containsExactly(new StopReason.EndTurn(), new StopReason.EndTurn());
  }

  @Test
  void theImageWhoseAddressIsQuotedIsMeantEvenIfItIsNotTheNewest() throws Exception {
    stage.model().thenText("ok");
    says(IMAGE, image("https://example.com/good.png"));
    refuses(500, "404 Client Error: Not Found for url: https://example.com/bad.png");
    says(textBlock("again"), image("https://example.com/newest.png"));
    assertThat(lastPrompt()).contains(NOTE, "good.png", "newest.png").doesNotContain("bad.png");
  }

  @Test
  void indexesOfAServerThatCountsInItsOwnWayAreNotRead() throws Exception {
    stage.model().thenText("ok").thenText("ok");
    says(textBlock("one"), textBlock("two"));
    says(textBlock("three"));
    refuses(422, "messages.0.content.1: Input should be a valid image_url");
    says(textBlock("look"), IMAGE);
    assertThat(lastPrompt()).contains("one", "two", "three", "look", NOTE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          500 | Internal server error
          500 | failed to fetch the weights from the registry
          502 | the upstream returned an invalid response
          500 | 404 Client Error: Not Found for url: http://127.0.0.1:9000/v1/chat
          404 | The model gpt-image-1 does not exist
          404 | The model llama-vision is not supported
          401 | this key may not send an image, which is not supported
          403 | images are not allowed for your account
          422 | messages.0.content.0: Input should be shorter
          """)
  void otherFailuresLeaveTheImageWhereItIs(int status, String words) throws Exception {
    refuses(status, words);
    says(textBlock("look"), IMAGE);
    assertThat(lastPrompt()).contains("look", "bad.png").doesNotContain("left out");
  }
}
