package dev.drover.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.http.ServerEvents.Form;
import dev.drover.http.ServerEvents.Lengths;
import dev.drover.http.ServerEvents.ServerEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerEventsTest {
  private static final Lengths LIMITS = new Lengths(1_000, 900, 5_000);

  private static final String ALL_KINDS =
      "\uFEFFevent: a\ndata: 1 ü🦆\n\n"
          + ": comment\r\n\r\n"
          + "data:2\r\ndata\r\ndata:  3\r\n\r\n"
          + "event: b\rdata: 4\rid: 9\rretry: 1\r\r"
          + "event: empty\n\n"
          + "datum: x\ndata: 5\n\n"
          + "data: last";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void eventsComeOutTheSameHoweverTheBytesAreCut(int size) throws Exception {
    assertThat(events(ALL_KINDS, Form.LENIENT, size))
        .containsExactly(
            new ServerEvent("a", "1 ü🦆", ""),
            new ServerEvent("", "2\n\n 3", ""),
            new ServerEvent("b", "4", "9"),
            new ServerEvent("", "5", "9"),
            new ServerEvent("", "last", "9"));
    assertThat(events(ALL_KINDS, Form.STANDARD, size))
        .isEqualTo(events(ALL_KINDS, Form.LENIENT, 1000).subList(0, 4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data: 1\\n\\n | 1",
        "data:1\\r\\n\\r\\n | 1",
        "data: 1\\r\\r | 1",
        "data: 1\\ndata: 2\\n\\n | 1\\n2",
        "event: ping\\ndata: {}\\n\\n | ping {}",
        "event: x\\n\\ndata: 1\\n\\n | 1",
        "event: x\\nevent: y\\ndata: 1\\n\\n | y 1",
        "data: 1\\nid: 7\\n\\ndata: 2\\n\\n | 1, 2",
        ":\\n\\n: hi\\n\\nretry: 5\\n\\n | ''",
        "data\\n\\n | ''",
        "data:\\n\\n | ''",
        "data: 1\\n | ''",
        "data: 1 | ''",
        "{\"a\":1}\\n\\n | ''",
        "' data: 1\\n\\n' | ''",
        "data : 1\\n\\n | ''",
        "Data: 1\\n\\n | ''"
      })
  void theStandardFormReadsWhatTheStandardSays(String text, String expected) throws Exception {
    assertThat(shown(text, Form.STANDARD)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data: 1\\n | 1",
        "data: 1 | 1",
        "data:  \\n\\n | ''",
        "{\"a\":1}\\n\\n | {\"a\":1}",
        "{\"a\":1}\\n{\"a\":2} | {\"a\":1}, {\"a\":2}",
        "data: 1\\n{\"a\":2}\\n\\n | 1, {\"a\":2}",
        "event: x\\n{\"a\":1}\\n\\ndata: 2\\n\\n | x {\"a\":1}, 2"
      })
  void theLenientFormReadsWhatTheClientsOfModelServersRead(String text, String expected)
      throws Exception {
    assertThat(shown(text, Form.LENIENT)).isEqualTo(expected);
  }

  @Test
  void anIdHoldsForTheEventsThatFollowUnlessItHasANul() throws Exception {
    assertThat(events("id: 1\ndata: a\n\ndata: b\nid: x\0y\n\nid\ndata: c\n\n", Form.STANDARD, 9))
        .extracting(ServerEvent::id)
        .containsExactly("1", "1", "");
  }

  @ParameterizedTest
  @CsvSource({
    "LINE, xxxxxxxxxx",
    "LINE, 'data: '",
    "EVENT, 'data: 0123456789\n'",
    "EVENT, 'data\n'",
    "BODY, ': 0123456789\n'",
    "BODY, '\n'",
    "BODY, 'id: 1\r\n'"
  })
  void whatNeverEndsIsGivenUp(BodyTooLong.Part part, String piece) {
    var bytes = piece.getBytes(StandardCharsets.UTF_8);
    for (var form : Form.values()) {
      assertThatThrownBy(() -> all(new ServerEvents(() -> bytes, form, LIMITS)))
          .isInstanceOfSatisfying(BodyTooLong.class, e -> assertThat(e.part()).isEqualTo(part));
    }
  }

  @Test
  void whatFailsToComeFailsTheReading() {
    var events =
        new ServerEvents(
            () -> {
              throw new IOException("lost");
            },
            Form.STANDARD,
            LIMITS);
    assertThatThrownBy(events::next).isInstanceOf(IOException.class).hasMessage("lost");
  }

  private static String shown(String text, Form form) throws Exception {
    var plain = text.replace("\\n", "\n").replace("\\r", "\r");
    return String.join(
            ", ",
            events(plain, form, 3).stream()
                .map(event -> (event.name() + " " + event.data()).strip())
                .toList())
        .replace("\n", "\\n");
  }

  private static List<ServerEvent> events(String text, Form form, int size) throws Exception {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] at = {0};
    return all(
        new ServerEvents(
            () -> {
              int from = at[0];
              at[0] = Math.min(from + size, bytes.length);
              return from == at[0] ? null : Arrays.copyOfRange(bytes, from, at[0]);
            },
            form,
            LIMITS));
  }

  private static List<ServerEvent> all(ServerEvents stream) throws Exception {
    var events = new ArrayList<ServerEvent>();
    for (var event = stream.next(); event != null; event = stream.next()) {
      events.add(event);
    }
    return events;
  }
}
