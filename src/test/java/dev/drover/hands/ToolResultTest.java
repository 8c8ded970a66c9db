package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Results are content blocks, whatever they are made from.
final class ToolResultTest {
  private static Json.Obj text(String text) {
    return Json.obj("type", "text", "text", text);
  }

  @Test
  void aTextBecomesOneTextBlock() {
    for (var result :
        new ToolResult[] {
          ToolResult.success("a\nb"), ToolResult.error("a\nb"), ToolResult.lost("a\nb")
        }) {
      assertThat(result.content()).isEqualTo(Json.arr(text("a\nb")));
      assertThat(result.text()).isEqualTo("a\nb");
    }
  }

  @Test
  void nothingIsSaidInWords() {
    for (var result :
        new ToolResult[] {
          ToolResult.success(""),
          ToolResult.success(Json.arr()),
          ToolResult.error(""),
          ToolResult.lost(""),
          new ToolResult(Json.arr(), false, false)
        }) {
      assertThat(result.content()).isEqualTo(Json.arr(text("(no output)")));
    }
  }

  @Test
  void linesJoinTheFirstAndTheLastText() {
    var result = ToolResult.error("said");
    assertThat(result.between(List.of(), List.of())).isSameAs(result);
    assertThat(result.between(List.of("a", "b"), List.of("c")).text()).isEqualTo("a\nb\nsaid\nc");
    assertThat(result.between(List.of("a"), List.of("c")).content().items()).hasSize(1);
    assertThat(result.between(List.of("a"), List.of()).isError()).isTrue();
    var ended = ToolResult.success("said\n").between(List.of(), List.of("c"));
    assertThat(ended.text()).isEqualTo("said\nc");
    var image = ToolResult.success(Json.arr(Json.obj("type", "image")));
    assertThat(image.between(List.of("a"), List.of("c")).content())
        .isEqualTo(Json.arr(text("a"), Json.obj("type", "image"), text("c")));
  }

  @Test
  void otherBlocksStayAsTheyAre() {
    var image =
        Json.obj("type", "image", "source", Json.obj("type", "base64", "media_type", "image/png"));
    var result = ToolResult.success(Json.arr(text("a"), image, text("b")));
    assertThat(result.content()).isEqualTo(Json.arr(text("a"), image, text("b")));
    assertThat(result.text()).isEqualTo("a\nb");
    assertThat(result.isError()).isFalse();
  }

  @Test
  void whatIsLostIsAnErrorToo() {
    assertThat(ToolResult.lost("x").isError()).isTrue();
    assertThat(ToolResult.lost("x").lost()).isTrue();
    assertThat(ToolResult.error("x").lost()).isFalse();
  }
}
