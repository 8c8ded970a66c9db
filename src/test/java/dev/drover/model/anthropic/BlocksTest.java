package dev.drover.model.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whose delta is it: the rule of [Blocks] as a table. A row is what comes of events, one after
/// another.
final class BlocksTest extends MessagesWireCase {
  static Stream<List<String>> rows() {
    return Stream.of(
            new String[][] {
              // as the API has it
              {"Hello", "0+text", "0'Hel'", "0'lo'", "0-"},
              {
                "(hm) Hi bash{'x':1}",
                "0+thinking",
                "0(hm)",
                "0-",
                "1+text",
                "1'Hi'",
                "1-",
                "2+bash",
                "2{'x':",
                "21}",
                "2-"
              },
              // the index is used again, or always 0
              {
                "--- (hm) Hello",
                "0+text",
                "0'---'",
                "0+thinking",
                "0(hm)",
                "0-",
                "1+text",
                "1'Hello'",
                "1-"
              },
              {"(hm) Hello", "0+thinking", "0(hm)", "0-", "0+text", "0'Hello'", "0-"},
              {"bash{'x':1} read{'y':2}", "0+bash", "0{'x':1}", "0-", "0+read", "0{'y':2}", "0-"},
              {"bash{'x':1} bash{'x':2}", "0+bash", "0{'x':1}", "0-", "0+bash", "0{'x':2}", "0-"},
              {"Hello bash{'x':1}", "0+text", "0'Hel'", "0+bash", "0{'x':1}", "0'lo'", "0-"},
              {"Hi bash{'x':1}", "0+text", "0'Hi'", "0+bash", "0{'x':1}", "0-"},
              // the index is missing
              {"Hello", "+text", "'Hel'", "'lo'", "-"},
              {
                "(hm) Hello bash{'x':1}",
                "+thinking",
                "(hm)",
                "-",
                "+text",
                "'Hello'",
                "-",
                "+bash",
                "{'x'",
                ":1}",
                "-"
              },
              {"Hello", "0+text", "'Hello'", "-"},
              // the index is another's, or nobody's
              {"Hello", "0+text", "5'Hello'", "5-"},
              {"Hello bash{'x':1}", "0+text", "0'Hello'", "0-", "1+bash", "0{'x':1}", "1-"},
              // a block that was never begun
              {"Hello", "0'Hel'", "0'lo'", "0-"},
              {"(hm) Hello", "0(hm)", "1'Hello'", "1-"},
              // a block that is begun twice
              {"Hello", "0+text", "0+text", "0'Hello'", "0-"},
              {"bash{'x':1}", "0+bash", "0+bash", "0{'x':1}", "0-"},
              // input that comes twice, or after nothing
              {"bash{'x':1}", "0+bash", "0{'x':1}", "0{'x':1}", "0-"},
              {"bash{'x':1}", "0+bash", "0{}", "0{'x':1}", "0-"},
              {"bash{}", "0+bash", "0null", "0-"},
              {"bash{}", "0+bash", "0-"},
            })
        .map(List::of);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyDeltaFindsItsBlock(List<String> row) throws Exception {
    var events = events(row.stream().skip(1).toArray(String[]::new));
    for (var end : new String[] {reason("end_turn") + STOP, STOP, DONE}) {
      var reply = reply(START + events + end);
      assertThat(shown(reply)).isEqualTo(row.getFirst().replace('\'', '"'));
      assertThat(reply.flaws()).isEqualTo(Answer.Flaws.NONE);
    }
  }

  @Test
  void inputOfNoCallIsLostAndTheRestStays() throws Exception {
    var reply = reply(START + events("0+text", "0'Hi'", "0-", "1{'x':1}", "1-") + STOP);
    assertThat(shown(reply)).isEqualTo("Hi");
    assertThat(reply.flaws().lost()).isEqualTo(Answer.Lost.MALFORMED_CALL);
  }

  @Test
  void aCallWithNothingInItIsNone() throws Exception {
    var empty =
        event(
            "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\","
                + "\"id\":\"\",\"name\":\"\",\"input\":{}}}");
    var reply = reply(START + events("0+text", "0'Hi'", "0-") + empty + STOP);
    assertThat(shown(reply)).isEqualTo("Hi");
    assertThat(reply.stopReason()).isEqualTo("end_turn");
  }
}
