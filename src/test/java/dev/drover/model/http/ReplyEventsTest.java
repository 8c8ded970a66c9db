package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReplyEventsTest {
  @Test
  void anEndlessLineIsGivenUp() {
    var block = new byte[1024 * 1024];
    Arrays.fill(block, (byte) 'x');
    assertThatThrownBy(() -> new ReplyEvents(() -> block, true).next())
        .isInstanceOf(BrokenStream.class)
        .hasMessageContaining("line longer");
  }

  @Test
  void anEndlessReplyIsGivenUp() {
    var block = (":" + "x".repeat(1022) + "\n").repeat(1024).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> new ReplyEvents(() -> block, true).next())
        .isInstanceOf(BrokenStream.class)
        .hasMessageContaining("reply is longer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data: {\"a\":1}\\ndata: {\"a\":2}\\n\\n | {\"a\":1} {\"a\":2} | CLEAN",
        "data: {\"a\":1}\\ndata: [DONE]\\ndata: {\"a\":2}\\n\\n | {\"a\":1} | MARK",
        "data: {\"a\":1}\\ndata:\\ndata: {\"a\":2}\\n\\n | {\"a\":1} {\"a\":2} | CLEAN",
        "data: {\\ndata: \"a\":1}\\n\\n | {\"a\":1} | CLEAN",
        "data: {\"a\":\\ndata: {}}\\n\\n | {\"a\":{}} | CLEAN",
        "{\"a\":1}\\n{\"a\":2} | {\"a\":1} {\"a\":2} | CLEAN",
        "data: {\"a\":1}\\n\\ndata: what\\n\\n | {\"a\":1} | UNKNOWN"
      })
  void linesOfOneEventAreOneValueUnlessEachIsAWholeOne(
      String text, String expected, ReplyEvents.End end) throws Exception {
    var bytes =
        new ArrayDeque<>(List.of(text.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8)));
    var events = new ReplyEvents(bytes::poll, true);
    var shown = new ArrayList<String>();
    for (var event = events.next(); event != null; event = events.next()) {
      shown.add(event.body().toString());
    }
    assertThat(String.join(" ", shown)).isEqualTo(expected);
    assertThat(events.end()).isEqualTo(end);
  }
}
