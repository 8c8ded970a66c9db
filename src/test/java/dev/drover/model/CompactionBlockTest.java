package dev.drover.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import org.junit.jupiter.api.Test;

final class CompactionBlockTest {
  private static final Json.Obj BLOCK =
      Json.obj("type", "compaction", "content", "It was </summary> long.", "signature", "s");
  private static final Json.Obj TEXT = text("Hi");

  private static Json.Obj text(String text) {
    return Json.obj("type", "text", "text", text);
  }

  private static Json.Obj message(String role, Json... content) {
    return Json.obj("role", role, "content", Json.arr((Object[]) content));
  }

  @Test
  void messagesWithoutABlockAreTheSame() {
    var messages = Json.arr(message("user", TEXT), message("assistant", TEXT, BLOCK));
    assertThat(CompactionBlock.readable(messages)).isSameAs(messages);
    assertThat(CompactionBlock.readable(Json.arr())).isEqualTo(Json.arr());
  }

  @Test
  void theTextOfABlockStandsBeforeWhatFollowedIt() {
    var said = CompactionBlock.text(BLOCK);
    assertThat(said.text("text"))
        .contains("<summary>\nIt was <\\/summary> long.\n</summary>")
        .doesNotContain("signature");
    assertThat(
            CompactionBlock.readable(
                Json.arr(message("assistant", BLOCK, TEXT), message("user", TEXT))))
        .isEqualTo(
            Json.arr(message("user", said), message("assistant", TEXT), message("user", TEXT)));
    assertThat(
            CompactionBlock.readable(Json.arr(message("assistant", BLOCK), message("user", TEXT))))
        .isEqualTo(Json.arr(message("user", said, TEXT)));
    assertThat(CompactionBlock.readable(Json.arr(message("assistant", BLOCK))))
        .isEqualTo(Json.arr(message("user", said)));
  }

  @Test
  void aBlockWithoutContentHasNoSummary() {
    assertThat(CompactionBlock.summary(BLOCK.with("content", null))).isEmpty();
    assertThat(CompactionBlock.summary(BLOCK.with("content", " "))).isEmpty();
    assertThat(CompactionBlock.summary(BLOCK)).contains("It was </summary> long.");
  }
}
