package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whose delta is it: the rule of [Calls] as a table. A row is what comes of deltas, one after
/// another, those of one list with `+` between them; in a delta, `i` is the index, `d` the id, `n`
/// the name and `a` the arguments.
final class CallsTest extends ChatWireCase {
  static Stream<List<String>> rows() {
    return Stream.of(
            new String[][] {
              // as the API has it
              {"bash{'x':1}", "i:0,d:a,n:bash,a:''", "i:0,a:{'x'", "i:0,a:':1}'"},
              {
                "bash{'x':1} read{'y':2}",
                "i:0,d:a,n:bash,a:{'x':",
                "i:1,d:b,n:read,a:{'y'",
                "i:0,a:1}",
                "i:1,a:':2}'"
              },
              {"bash{} bash{}", "i:0,d:a,n:bash", "i:1,d:b,n:bash"},
              // the index is used again, or always 0
              {"bash{'x':1} bash{'x':2}", "i:0,n:bash,a:{'x':1}", "i:0,n:bash,a:{'x':2}"},
              {"bash{'x':1} read{'y':2}", "i:0,n:bash,a:{'x':1}", "i:0,n:read,a:{'y':2}"},
              {"bash{'x':1} bash{'x':2}", "i:0,d:a,n:bash,a:{'x':1}", "i:0,d:b,n:bash,a:{'x':2}"},
              {"bash{'x':1} bash{'x':1}", "i:0,d:a,n:bash,a:{'x':1}", "i:0,d:b,n:bash,a:{'x':1}"},
              {
                "bash{'x':1} bash{'x':2}",
                "i:0,d:a,n:bash",
                "i:0,a:{'x':1}",
                "i:0,d:b,n:bash",
                "i:0,a:{'x':2}"
              },
              {
                "bash{'x':1} bash{'x':2}",
                "i:0,n:bash",
                "i:0,a:{'x':1}",
                "i:0,n:bash",
                "i:0,a:{'x':2}"
              },
              {"now{} read{'y':1}", "i:0,n:now", "i:0,n:read,a:{'y':1}"},
              // the index is missing
              {"bash{'x':1}", "d:a,n:bash,a:{'x'", "a:':1}'"},
              {"bash{'x':1} read{'y':2}", "n:bash,a:{'x':1}", "n:read,a:{'y':2}"},
              {"bash{'x':1} bash{'x':2}", "n:bash,a:{'x':1}", "n:bash,a:{'x':2}"},
              {
                "bash{'x':1} read{'y':2}",
                "d:a,n:bash,a:{'x':",
                "d:b,n:read,a:{'y':",
                "d:a,a:1}",
                "d:b,a:2}"
              },
              {"bash{'x':1}", "i:0,d:a,n:bash,a:{'x'", "a:':1}'"},
              {"bash{'x':1}", "d:a,n:bash,a:{'x'", "i:0,a:':1}'"},
              // another id with every delta
              {"bash{'x':1}", "i:0,d:a,n:bash", "i:0,d:b,a:{'x'", "i:0,d:c,a:':1}'"},
              {"bash{'x':1}", "d:a,n:bash,a:{'x'", "d:b,a:':1}'"},
              {"bash{'x':1}", "i:0,d:a,n:bash", "i:0,d:b,n:bash,a:{'x'", "i:0,d:c,n:bash,a:':1}'"},
              {
                "bash{'x':1} read{'y':2}",
                "i:0,d:a,n:bash",
                "i:0,d:b,a:{'x':1}",
                "i:1,d:c,n:read",
                "i:1,d:d,a:{'y':2}"
              },
              // another index with every delta
              {"bash{'x':1}", "i:0,d:a,n:bash,a:{'x'", "i:1,a:':1'", "i:2,a:}"},
              {"bash{'x':1}", "i:0,d:a,n:bash,a:{'x'", "i:1,d:a,a:':1}'"},
              // names that come again, in pieces, or late
              {"bash{'x':1}", "i:0,d:a,n:bash,a:{'x'", "i:0,n:bash,a:':1}'"},
              {"bash{'x':1}", "i:0,d:a,n:bash,a:{'x'", "i:0,n:bash,a:':1}'", "i:0,n:bash"},
              {"bash{'x':1}", "i:0,d:a,n:ba", "i:0,n:sh", "i:0,a:{'x':1}"},
              {"bash{'x':1}", "i:0,d:a,n:ba", "i:0,n:bash", "i:0,a:{'x':1}"},
              {"bash{'x':1}", "i:0,d:a", "i:0,n:bash", "i:0,a:{'x':1}"},
              {"bash{'x':1}", "i:0,d:a,a:{'x':1}", "i:0,n:bash"},
              // arguments that come before their name, without ids
              {"bash{'x':1}", "a:{'x':1}", "n:bash"},
              {"bash{'x':1}", "i:0,a:{'x'", "i:0,a:':1}'", "i:0,n:bash"},
              {"bash{'x':1}", "i:0,a:{'x':1}", "i:0,n:ba", "i:0,n:sh"},
              {"bash{'x':1}", "i:0,a:''", "i:0,a:{'x':1}", "i:0,n:bash"},
              {"bash{'x':1}", "i:0,a:{}", "i:0,a:{'x':1}", "i:0,n:bash"},
              {"bash{'x':1}", "i:0,a:{'x':1}", "i:1,n:bash"},
              {"bash{'x':1} read{'y':2}", "a:{'x':1}", "n:bash", "a:{'y':2}", "n:read"},
              {"bash{'x':1} read{'y':2}", "a:{'x':1}", "a:{'y':2}", "n:bash", "n:read"},
              {"bash{'x':1} read{'y':2}", "a:{'x':1}+a:{'y':2}", "n:bash+n:read"},
              {"bash{'x':1} bash{'x':1}", "a:{'x':1}+a:{'x':1}", "n:bash+n:bash"},
              {"bash{'x':1} read{'y':2}", "n:bash,a:{'x':1}", "a:{'y'", "a:':2}'", "n:read"},
              {
                "bash{'x':1} read{'y':2}",
                "i:0,a:{'x':1}",
                "i:0,n:bash",
                "i:0,a:{'y':2}",
                "i:0,n:read"
              },
              {
                "bash{'x':1} read{'y':2}",
                "i:0,a:{'x':1}",
                "i:0,a:{'y':2}",
                "i:0,n:bash",
                "i:0,n:read"
              },
              {
                "bash{'x':1} read{'y':2}",
                "i:0,a:{'x':1}",
                "i:1,a:{'y':2}",
                "i:0,n:bash",
                "i:1,n:read"
              },
              {
                "bash{'x':1} read{'y':2}",
                "i:0,a:{'x':1}",
                "i:1,a:{'y':2}",
                "i:1,n:read",
                "i:0,n:bash"
              },
              {
                "bash{'x':1} read{'y':2}",
                "i:0,a:''",
                "i:1,a:''",
                "i:1,a:{'y':2}",
                "i:0,a:{'x':1}",
                "i:0,n:bash",
                "i:1,n:read"
              },
              {
                "bash{'x':1} read{'y':2}",
                "i:0,a:{'x':",
                "i:1,a:{'y':",
                "i:0,a:1}",
                "i:1,a:2}",
                "i:0,n:bash",
                "i:1,n:read"
              },
              {"bash{'x':1} now{}", "i:0,n:bash,a:{'x':1}", "i:0,a:{}", "i:0,n:now"},
              // the same with ids
              {
                "bash{'x':1} read{'y':2}",
                "d:a,a:{'x':1}",
                "d:b,a:{'y':2}",
                "d:a,n:bash",
                "d:b,n:read"
              },
              {
                "bash{'x':1} read{'y':2}",
                "d:a,a:{'x':1}",
                "d:b,a:{'y':2}",
                "d:b,n:read",
                "d:a,n:bash"
              },
              {"bash{'x':1} read{'y':2}", "a:{'x':1}", "a:{'y':2}", "d:a,n:bash", "d:b,n:read"},
              // what comes twice
              {"bash{'x':1}", "i:0,d:a,n:bash,a:{'x':1}", "i:0,a:{'x':1}"},
              {"bash{'x':1}", "i:0,d:a,n:bash,a:{'x':1}", "i:0,d:a,n:bash,a:{'x':1}"},
              {"bash{'x':1}", "i:0,n:bash,a:{'x':1}", "i:0,n:bash,a:{'x':1}"},
              {"bash{'x':1}", "i:0,d:a,n:bash,a:{}", "i:0,a:{'x':1}"},
              {"bash{'x':1}", "i:0,n:bash,a:{}", "i:0,n:bash,a:{'x':1}"},
              {"now{} now{}", "i:0,d:a,n:now,a:{}", "i:0,d:b,n:now,a:{}"},
              // two in one list are two, even if they are the same
              {"bash{'x':1} bash{'x':1}", "n:bash,a:{'x':1}+n:bash,a:{'x':1}"},
              {"bash{'x':1} bash{'x':1}", "i:0,n:bash,a:{'x':1}+i:0,n:bash,a:{'x':1}"},
              {"bash{'x':1} bash{'x':1}", "i:0,d:a,n:bash,a:{'x':1}+i:0,d:a,n:bash,a:{'x':1}"},
              {
                "bash{'x':1} bash{'x':2} bash{'x':2}",
                "i:0,d:'',n:bash,a:{'x':1}+i:0,d:'',n:bash,a:{'x':2}+i:0,n:bash,a:{'x':2}"
              },
              {"now{} now{}", "n:now+n:now"},
              {"now{} now{} now{}", "n:now,a:{}+n:now,a:{}+n:now,a:{}"},
              {"now{} bash{'x':1} now{}", "i:0,n:now+i:0,n:bash,a:{'x':1}+i:0,n:now"},
              {"bash{'x':1}", "i:0,n:bash,a:{'x'+i:0,a:':1}'"},
              {"bash{'x':1}", "i:0,n:bash,a:{'x'+i:0,n:bash,a:':1}'"},
              {
                "bash{'x':1} read{'y':2}",
                "i:0,n:bash,a:{'x'+i:1,n:read,a:{'y'",
                "i:0,a:':1}'+i:1,a:':2}'"
              },
              // a list that comes again
              {
                "bash{'x':1} bash{'x':1}",
                "n:bash,a:{'x':1}+n:bash,a:{'x':1}",
                "n:bash,a:{'x':1}+n:bash,a:{'x':1}"
              },
              {
                "bash{'x':1} bash{'x':1}",
                "i:0,n:bash,a:{'x':1}",
                "i:0,n:bash,a:{'x':1}+i:0,n:bash,a:{'x':1}"
              },
              // nothing
              {"", "i:0,d:'',n:'',a:''"},
              {"", "i:0,d:a"},
              {"bash{'x':1}", "i:0,d:a,n:bash,a:{'x':1}", "i:1,d:'',n:'',a:''"},
            })
        .map(List::of);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyDeltaFindsItsCall(List<String> row) throws Exception {
    var deltas = row.stream().skip(1).map(CallsTest::delta).toArray(String[]::new);
    var reply = reply(deltas(deltas) + STOP);
    assertThat(shown(reply)).isEqualTo(row.getFirst().replace('\'', '"'));
    assertThat(reply.flaws()).isEqualTo(Answer.Flaws.NONE);
    assertThat(ids(reply)).doesNotHaveDuplicates().doesNotContain("", "null");
  }

  @Test
  void callsOfOneDeltaAreToldApart() throws Exception {
    var both = "{\"function\":{\"name\":\"bash\",\"arguments\":\"{\\\"x\\\":%d}\"}}";
    var reply =
        reply(
            deltas("{\"tool_calls\":[" + both.formatted(1) + "," + both.formatted(2) + "]}")
                + STOP);
    assertThat(shown(reply)).isEqualTo("bash{\"x\":1} bash{\"x\":2}");
  }

  @Test
  void aCallWithoutANameIsLostAndTheRestStays() throws Exception {
    var reply = reply(deltas("{\"content\":\"Hi\"}", delta("i:0,d:a,a:{'x':1}")) + STOP);
    assertThat(shown(reply)).isEqualTo("Hi");
    assertThat(reply.flaws().lost()).isEqualTo(Answer.Lost.MALFORMED_CALL);
  }

  static Stream<Arguments> doubts() {
    return Stream.of(
        Arguments.of(List.of("i:0,n:bash", "i:1,n:read", "i:2,d:a,a:{'x':1}"), ""),
        Arguments.of(List.of("i:0,a:{'x':1}", "i:1,a:{'y':2}", "i:2,n:bash"), ""),
        Arguments.of(List.of("i:0,d:a,a:{'x':1}", "i:1,d:b,n:now"), "now{}"),
        Arguments.of(
            List.of("i:0,n:bash,a:{'x':1}", "i:1,n:now", "i:2,n:read", "i:3,d:a,a:{'y':2}"),
            "bash{'x':1}"));
  }

  /// A tool must not run with an empty input because its own was lost.
  @ParameterizedTest
  @MethodSource("doubts")
  void aNameRunsWithNoInputOnlyIfNoneIsLeftOver(List<String> rows, String runs) throws Exception {
    var reply = reply(deltas(rows.stream().map(CallsTest::delta).toArray(String[]::new)) + STOP);
    assertThat(shown(reply)).isEqualTo(runs.replace('\'', '"'));
    assertThat(reply.flaws().lost()).isEqualTo(Answer.Lost.MALFORMED_CALL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"i:0,a:{'y':2}", "a:{'y':2}", "i:0,a:{'y'|i:0,a:':2}'", "i:0,d:a,a:{'y':2}"})
  void aSecondObjectWithoutANameMakesTheInputUnreadable(String more) throws Exception {
    var rows = Stream.concat(Stream.of("i:0,d:a,n:bash,a:{'x':1}"), Stream.of(more.split("[|]")));
    var reply = reply(deltas(rows.map(CallsTest::delta).toArray(String[]::new)) + STOP);
    assertThat(reply.flaws().unreadable()).containsOnlyKeys(0);
  }

  private static List<String> ids(Answer.Reply reply) {
    return reply.content().items().stream()
        .map(block -> String.valueOf(((Json.Obj) block).text("id")))
        .toList();
  }

  private static String delta(String row) {
    var list = Stream.of(row.split("[+]", -1)).map(CallsTest::call).toList();
    return Json.obj("tool_calls", list).toString();
  }

  private static Json call(String row) {
    var call = new LinkedHashMap<String, Json>();
    var function = new LinkedHashMap<String, Json>();
    for (var field : row.split(",(?=[idna]:)", -1)) {
      var value = field.substring(2).equals("''") ? "" : unquoted(field.substring(2));
      switch (field.charAt(0)) {
        case 'i' -> call.put("index", Json.of(Integer.parseInt(value)));
        case 'd' -> call.put("id", Json.of(value));
        case 'n' -> function.put("name", Json.of(value));
        default -> function.put("arguments", Json.of(value.replace('\'', '"')));
      }
    }
    call.put("function", new Json.Obj(function));
    return new Json.Obj(call);
  }

  /// A value that begins with a colon stands in quotes.
  private static String unquoted(String value) {
    return value.startsWith("':") ? value.substring(1, value.length() - 1) : value;
  }
}
