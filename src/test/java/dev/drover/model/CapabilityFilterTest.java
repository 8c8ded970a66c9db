package dev.drover.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.ScriptedModel;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What reaches a model that does not take everything.
final class CapabilityFilterTest {
  private static final Json.Obj IMAGE =
      Json.obj("type", "image", "source", Json.obj("type", "url", "url", "https://a/b.png"));
  private static final Json.Obj PDF =
      Json.obj(
          "type",
          "document",
          "title",
          "Plan",
          "source",
          Json.obj("type", "base64", "media_type", "application/pdf", "data", "JVBE"));
  private static final Json.Obj TEXT =
      Json.obj(
          "type",
          "document",
          "source",
          Json.obj("type", "text", "media_type", "text/plain", "data", "words"));

  private final ScriptedModel model = new ScriptedModel().thenText("ok");

  private Json.Arr seen(boolean images, boolean documents, Json... content) throws Exception {
    var settings =
        new ModelSettings(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(images),
            Optional.of(documents),
            Optional.empty(),
            Optional.empty(),
            new ModelSettings.Prices(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
    var router =
        new ModelRouter(
            model, Optional.of(model), Optional.empty(), Map.of(), Map.of("m", settings));
    var message = Json.obj("role", "user", "content", Json.arr((Object[]) content));
    var prompt =
        new Prompt("m", 9, Optional.of("low"), Json.arr("s"), Json.arr("t"), Json.arr(message));
    assertThat(router.route("m").model().answer(prompt, Listener.DEAF))
        .isInstanceOf(Answer.Reply.class);
    var asked = model.prompts().getLast();
    assertThat(asked.system()).isEqualTo(prompt.system());
    assertThat(asked.tools()).isEqualTo(prompt.tools());
    assertThat(asked.effort()).isEqualTo(prompt.effort());
    return (Json.Arr) ((Json.Obj) asked.messages().items().getFirst()).get("content").orElseThrow();
  }

  private static Json.Obj note(String what) {
    return Json.obj("type", "text", "text", "[" + what + " was left out: this model takes none]");
  }

  @Test
  void itGetsANoteInThePlaceOfAnImage() throws Exception {
    var result =
        Json.obj("type", "tool_result", "tool_use_id", "a", "content", Json.arr(IMAGE, TEXT));
    assertThat(seen(false, true, IMAGE, PDF, TEXT, result))
        .isEqualTo(
            Json.arr(
                note("an image"),
                PDF,
                TEXT,
                result.with("content", Json.arr(note("an image"), TEXT))));
  }

  @Test
  void itGetsANoteInThePlaceOfADocumentThatIsNotText() throws Exception {
    var mark = Json.obj("type", "ephemeral");
    assertThat(seen(true, false, IMAGE, PDF.with("cache_control", mark), TEXT))
        .isEqualTo(
            Json.arr(IMAGE, note("a document named Plan").with("cache_control", mark), TEXT));
  }

  @Test
  void imagesWithinDocumentsAreImages() throws Exception {
    var document =
        Json.obj(
            "type", "document", "source", Json.obj("type", "content", "content", Json.arr(IMAGE)));
    assertThat(seen(false, false, document).toString())
        .contains("an image was left out")
        .doesNotContain("b.png");
  }

  @Test
  void whatItTakesReachesItAsItIs() throws Exception {
    assertThat(seen(true, true, IMAGE, PDF, TEXT)).isEqualTo(Json.arr(IMAGE, PDF, TEXT));
  }
}
