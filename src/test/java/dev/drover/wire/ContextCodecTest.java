package dev.drover.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Event.CompactionFailed;
import dev.drover.session.Event.ContextOpened;
import dev.drover.session.EventId;
import dev.drover.session.Inherited;
import dev.drover.session.ProfileUse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Chapters in the log.
final class ContextCodecTest {
  private static final EventId ID = new EventId("sevt_1");

  private static ContextOpened chapter(ContextOpened.Kind kind, boolean refused, boolean keeps) {
    return new ContextOpened(
        ID,
        3,
        kind,
        ContextOpened.Cause.REQUESTED,
        9,
        Json.arr(
            Json.obj(
                "role",
                "assistant",
                "content",
                Json.arr(
                    Json.obj(
                        "type",
                        "compaction",
                        "content",
                        "Sum",
                        "encrypted_content",
                        "b3B",
                        "n",
                        1))),
            Json.obj("role", "user", "content", Json.arr())),
        100,
        new ContextOpened.Sizes(5, 4, 3, 120),
        200,
        Optional.of(new ContextOpened.Summary(8, "Sum")),
        Optional.of(
            new Inherited(
                1, List.of(2L), List.of(new Inherited.Part(new EventId("sevt_0"), 1)), refused)),
        Optional.of(new ProfileUse("a", 1, "h", Json.obj("strategy", "server"))),
        keeps);
  }

  @ParameterizedTest
  @EnumSource(ContextOpened.Kind.class)
  void aChapterIsReadAsItWasWritten(ContextOpened.Kind kind) {
    for (var keeps : List.of(true, false)) {
      for (var refused : List.of(true, false)) {
        var chapter = chapter(kind, refused, keeps);
        var json = EventCodec.write(chapter, null);
        assertThat(EventCodec.read(json)).isEqualTo(chapter);
        assertThat(json.contains("keeps_thinking")).isEqualTo(keeps);
        assertThat(json.contains("server_refused")).isEqualTo(refused);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CompactionFailed.Reason.class)
  void aFailureOfTheServerIsReadAsItWasWritten(CompactionFailed.Reason reason) {
    for (int rung : new int[] {CompactionFailed.SERVER, 1, 4}) {
      var failed = new CompactionFailed(ID, rung, reason, 4, 9);
      assertThat(EventCodec.read(EventCodec.write(failed, null))).isEqualTo(failed);
    }
  }

  @Test
  void aFlagThatIsNotABooleanIsFalse() {
    var json =
        EventCodec.write(chapter(ContextOpened.Kind.SERVER, true, true), null)
            .replace("\"keeps_thinking\":true", "\"keeps_thinking\":\"yes\"")
            .replace("\"server_refused\":true", "\"server_refused\":1");
    Event read = EventCodec.read(json);
    assertThat(read).isEqualTo(chapter(ContextOpened.Kind.SERVER, false, false));
  }
}
