package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.model.http.EventStream.ServerEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EventStreamTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void eventsComeOutTheSameHoweverTheBytesAreCut(int size) throws Exception {
    var text =
        "\uFEFFevent: a\ndata: 1 ü🦆\n\n"
            + ": comment\r\n\r\n"
            + "data:2\r\ndata\r\ndata:  3\r\n\r\n"
            + "event: b\rdata: 4\rid: 9\rretry: 1\r\r"
            + "event: empty\n\n"
            + "datum: x\ndata: 5\n\n"
            + "data: last";
    assertThat(events(text, size))
        .containsExactly(
            new ServerEvent("a", "1 ü🦆"),
            new ServerEvent("", "2\n\n 3"),
            new ServerEvent("b", "4"),
            new ServerEvent("", "5"),
            new ServerEvent("", "last"));
  }

  @Test
  void anEndlessLineIsGivenUp() {
    var block = new byte[1024 * 1024];
    Arrays.fill(block, (byte) 'x');
    assertThatThrownBy(() -> new EventStream(() -> block).next())
        .isInstanceOf(Broken.class)
        .hasMessageContaining("line longer");
  }

  @Test
  void anEndlessReplyIsGivenUp() {
    var block = (":" + "x".repeat(1022) + "\n").repeat(1024).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> new EventStream(() -> block).next())
        .isInstanceOf(Broken.class)
        .hasMessageContaining("reply is longer");
  }

  private static List<ServerEvent> events(String text, int size) throws Exception {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] at = {0};
    var stream =
        new EventStream(
            () -> {
              int from = at[0];
              at[0] = Math.min(from + size, bytes.length);
              return from == at[0] ? null : Arrays.copyOfRange(bytes, from, at[0]);
            });
    var events = new ArrayList<ServerEvent>();
    for (var event = stream.next(); event != null; event = stream.next()) {
      events.add(event);
    }
    return events;
  }
}
