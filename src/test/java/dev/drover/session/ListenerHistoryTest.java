package dev.drover.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.session.Feed.Item;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenerHistoryTest {
  private static final EventId MESSAGE = new EventId("sevt_1");

  private final ListenerHistory hearing = new ListenerHistory();

  private static Item shown(String type) {
    return new Item.Shown(
        new EventId("sevt_2"),
        ThreadKey.PRIMARY,
        type,
        "{\"processed_at\":\"2026-01-01T00:00:00Z\"}");
  }

  private void receive() {
    var queued = "{\"processed_at\":null}";
    hearing.given(new Item.Shown(MESSAGE, ThreadKey.PRIMARY, "user.message", queued));
    assertThat(hearing.has(MESSAGE)).isTrue();
  }

  static Stream<Item> replies() {
    return Stream.of(
        new Item.PreviewStart("agent.message", new EventId("sevt_3")),
        new Item.PreviewText("agent.message", new EventId("sevt_3"), 0, "Well"),
        shown("agent.message"),
        shown("agent.tool_use"),
        shown("session.status_idle"));
  }

  @ParameterizedTest
  @MethodSource("replies")
  void aReplyComesOfAnEventFromItsFirstPreviewOn(Item reply) {
    receive();
    hearing.taken(reply);
    assertThat(hearing.settled()).isEqualTo(List.of(MESSAGE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "session.status_running",
        "user.message",
        "span.model_request_start",
        "system.message",
      })
  void nothingHasComeOfAnEventThatIsTakenUp(String type) {
    receive();
    hearing.taken(shown(type));
    assertThat(hearing.settled()).isEmpty();
  }

  @Test
  void whoSeesAnEventOnlyProcessedHasMissedItsReceipt() {
    hearing.given(shown("user.message"));
    assertThat(hearing.has(new EventId("sevt_2"))).isFalse();
  }
}
