package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Kept;
import dev.drover.model.Listener;
import dev.drover.model.http.FakeBody;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Where the content of a reply may stand, and in what form.
final class ChatContentTest extends ChatWireCase {
  private static final String FUNCTION = "{\"name\":\"bash\",\"arguments\":\"{\\\"x\\\":1}\"}";

  static Stream<List<String>> rows() {
    return Stream.of(
            new String[][] {
              {"Hello", "{\"delta\":{\"content\":\"Hello\"}}"},
              {
                "Hello",
                "{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"Hel\"}]}}",
                "{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"lo\"}]}}"
              },
              {"Hello", "{\"delta\":{\"content\":{\"type\":\"text\",\"text\":\"Hello\"}}}"},
              {"Hello", "{\"delta\":{\"content\":[\"Hel\",\"lo\"]}}"},
              {
                "Hello", "{\"delta\":{\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\"}]}}"
              },
              {
                "(hm) Hello",
                "{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":"
                    + "\"text\",\"text\":\"hm\"}]},{\"type\":\"text\",\"text\":\"Hello\"}]}}"
              },
              {
                "(hm) Hello",
                "{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"}]}}",
                "{\"delta\":{\"content\":\"Hello\"}}"
              },
              {"Hello", "{\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"}}"},
              {"Hello", "{\"delta\":{},\"message\":{\"content\":\"Hello\"}}"},
              {
                "Hello", "{\"message\":{\"content\":\"Hel\"}}", "{\"message\":{\"content\":\"lo\"}}"
              },
              {
                "Hello",
                "{\"delta\":{\"content\":\"Hello\"}}",
                "{\"message\":{\"content\":\"Hello\"}}"
              },
              {
                "Hello bash{\"x\":1}",
                "{\"message\":{\"content\":\"Hello\",\"tool_calls\":[{\"id\":\"a\","
                    + "\"function\":"
                    + FUNCTION
                    + "}]}}"
              },
              {
                "Hello bash{\"x\":1}",
                "{\"delta\":{\"content\":\"Hello\"}}",
                "{\"message\":{\"content\":\"Hello\",\"tool_calls\":[{\"function\":"
                    + FUNCTION
                    + "}]}}"
              },
              {"bash{\"x\":1}", "{\"delta\":{\"function_call\":" + FUNCTION + "}}"},
              {
                "bash{\"x\":1}",
                "{\"delta\":{\"function_call\":{\"name\":\"bash\",\"arguments\":\"\"}}}",
                "{\"delta\":{\"function_call\":{\"arguments\":\"{\\\"x\\\":1}\"}}}"
              },
              {
                "bash{\"x\":1}",
                "{\"delta\":{\"tool_calls\":[{\"id\":\"a\",\"function\":"
                    + FUNCTION
                    + "}],\"function_call\":"
                    + FUNCTION
                    + "}}"
              },
              {
                "bash{\"x\":1}",
                "{\"delta\":{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"bash\","
                    + "\"arguments\":{\"x\":1}}}]}}"
              },
              // without `function`, or one call in place of the list
              {
                "Hello bash{\"x\":1}",
                "{\"delta\":{\"content\":\"Hello\"}}",
                "{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":\"function\","
                    + FUNCTION.substring(1)
                    + "]}}"
              },
              {
                "bash{\"x\":1}",
                "{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"name\":\"bash\"}]}}",
                "{\"delta\":{\"tool_calls\":[{\"index\":0,\"arguments\":\"{\\\"x\\\"\"}]}}",
                "{\"delta\":{\"tool_calls\":[{\"index\":0,\"arguments\":\":1}\"}]}}"
              },
              {
                "Hello bash{\"x\":1}",
                "{\"message\":{\"content\":\"Hello\",\"tool_calls\":[{\"id\":\"a\",\"function\":null,"
                    + FUNCTION.substring(1)
                    + "]}}"
              },
              {
                "Hello bash{\"x\":1}",
                "{\"message\":{\"content\":\"Hello\",\"tool_calls\":{\"id\":\"a\",\"function\":"
                    + FUNCTION
                    + "}}}"
              },
              {"bash{\"x\":1}", "{\"delta\":{\"tool_calls\":" + FUNCTION + "}}"},
              {
                "bash{\"x\":1}",
                "{\"delta\":{\"tool_calls\":{\"index\":0,\"function\":{\"name\":\"bash\"}}}}",
                "{\"delta\":{\"tool_calls\":{\"index\":0,\"function\":{\"arguments\":"
                    + "\"{\\\"x\\\":1}\"}}}}"
              },
              {
                "bash{\"x\":1}",
                "{\"delta\":{\"tool_calls\":{},\"function_call\":" + FUNCTION + "}}"
              },
              // two in one list are two
              {
                "bash{\"x\":1} bash{\"x\":1}",
                "{\"message\":{\"tool_calls\":[{\"function\":"
                    + FUNCTION
                    + "},{\"function\":"
                    + FUNCTION
                    + "}]}}"
              },
              {"Hello", "{\"text\":\"Hello\"}"},
              {
                "(hm) Hello",
                "{\"delta\":{\"reasoning_content\":\"hm\"}}",
                "{\"delta\":{\"content\":\"Hello\"}}"
              },
              {
                "(hm) Hello",
                "{\"delta\":{\"reasoning\":\"h\",\"reasoning_content\":\"h\"}}",
                "{\"delta\":{\"reasoning\":\"m\",\"reasoning_content\":\"m\"}}",
                "{\"delta\":{\"content\":\"Hello\"}}"
              },
              {
                "(hm) Hello",
                "{\"delta\":{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"hm\","
                    + "\"index\":0}]}}",
                "{\"delta\":{\"content\":\"Hello\"}}"
              },
              {"(hm) Hello", "{\"message\":{\"reasoning_content\":\"hm\",\"content\":\"Hello\"}}"},
              {"(hm)", "{\"delta\":{\"reasoning_content\":\"hm\"}}"},
              {"", "{\"delta\":{\"content\":[]}}"},
            })
        .map(List::of);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void contentIsReadWhereverItStands(List<String> row) throws Exception {
    var choices = row.stream().skip(1).toArray(String[]::new);
    assertThat(shown(reply(choices(choices) + STOP + DONE))).isEqualTo(row.getFirst());
  }

  @Test
  void aWholeReplyWithoutAStreamIsTaken() throws Exception {
    var body =
        "{\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
            + "\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
    var reply = reply(body);
    assertThat(shown(reply)).isEqualTo("Hello");
    assertThat(reply.usage().inputTokens()).isEqualTo(7);
  }

  @Test
  void whatAServerWantsBackStaysWithTheModel() throws Exception {
    var reply =
        reply(
            deltas(
                    "{\"reasoning_content\":\"hm\"}",
                    "{\"reasoning_details\":[{\"type\":\"t\",\"index\":0,\"text\":\"h\"}]}",
                    "{\"reasoning_details\":[{\"type\":\"t\",\"index\":0,\"text\":\"m\",\"s\":1}]}",
                    "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"now\","
                        + "\"arguments\":\"{}\",\"strict\":true},\"extra_content\":{\"k\":\"S\"}}]}")
                + STOP);
    var thought = (Json.Obj) reply.content().items().get(0);
    var call = (Json.Obj) reply.content().items().get(1);
    assertThat(Kept.of(thought, "m"))
        .isEqualTo(
            Json.obj(
                "field",
                "reasoning_content",
                "reasoning_details",
                Json.arr(Json.obj("type", "t", "index", 0, "text", "hm", "s", 1))));
    assertThat(Kept.of(call, "m"))
        .isEqualTo(
            Json.obj("extra_content", Json.obj("k", "S"), "function", Json.obj("strict", true)));
    assertThat(Kept.of(call, "another")).isEqualTo(Json.EMPTY);
  }

  @Test
  void charactersThatAreCutInTwoAreJoined() throws Exception {
    var heard = new ArrayList<String>();
    var listener =
        new Listener() {
          @Override
          public void blockStarted(int index, String type) {}

          @Override
          public void text(int index, String delta) {
            heard.add(delta);
          }
        };
    var stream =
        deltas(
                "{\"content\":\"x\\ud83d\"}",
                "{\"content\":\"\\ude00y\\ud83d\"}",
                "{\"content\":\"z\\ud83d\"}",
                "{\"reasoning_content\":\"\\ud83d\"}",
                "{\"reasoning_content\":\"\\ude00\"}",
                "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"bash\","
                    + "\"arguments\":\"{\\\"x\\\":\\\"\\ud83d\"}}]}",
                "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\ude00\\\"}\"}}]}")
            + STOP;
    for (int size : new int[] {1, 2, 3, 1000}) {
      heard.clear();
      var answer = FakeBody.stream(stream).read(replies(listener), size);
      assertThat(shown((Answer.Reply) answer))
          .isEqualTo("x😀y\uFFFDz\uFFFD (😀) bash{\"x\":\"😀\"}");
      assertThat(String.join("|", heard)).isEqualTo("x|😀y|\uFFFDz");
    }
  }

  @Test
  void aZippedBodyIsUnzippedAsItComes() throws Exception {
    var whole = "{\"choices\":[{\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}";
    for (var text : new String[] {deltas("{\"content\":\"Hello\"}") + STOP + DONE, whole}) {
      var zipped = FakeBody.stream(text).zipped();
      for (int size : new int[] {1, 7, 10_000}) {
        assertThat(zipped.read(replies(Listener.DEAF), size)).hasToString(reply(text).toString());
      }
      assertThat(zipped.endedAfter(30).read(replies(Listener.DEAF), 7))
          .isInstanceOfSatisfying(
              Answer.Failure.class,
              failure -> assertThat(failure.message()).contains("damaged or cut"));
      assertThat(zipped.cutAfter(5).read(replies(Listener.DEAF), 7))
          .isInstanceOfSatisfying(
              Answer.Failure.class, failure -> assertThat(failure.message()).isEqualTo("lost"));
    }
    var bomb = FakeBody.stream("data: " + "x".repeat(80_000_000)).zipped();
    assertThat(bomb.read(replies(Listener.DEAF))).isInstanceOf(Answer.Failure.class);
  }

  @Test
  void charactersThatAreCutByTheNetworkAreWhole() throws Exception {
    var stream = deltas("{\"content\":\"äöü 🦆 漢字\"}") + STOP;
    for (int size = 1; size < 6; size++) {
      var answer = FakeBody.stream(stream).read(replies(Listener.DEAF), size);
      assertThat(answer).hasToString(reply(stream).toString());
    }
    assertThat(shown(reply(stream))).isEqualTo("äöü 🦆 漢字");
  }
}
