package dev.drover.model.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.session.ModelUsage;
import dev.drover.testing.Script;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplyTest extends MessagesCase {
  @Test
  void piecesOfTextBecomeOneBlock() throws Exception {
    var reply = reply(Script.reply().text("Hello", " wörld ", "🦆").usage(12, 7));

    assertThat(reply.content()).hasToString("[{\"type\":\"text\",\"text\":\"Hello wörld 🦆\"}]");
    assertThat(reply.stopReason()).isEqualTo("end_turn");
    assertThat(reply.stopDetails()).isEqualTo(Json.EMPTY);
    assertThat(reply.usage()).isEqualTo(new ModelUsage(12, 7, 0, 0));
  }

  @Test
  void blocksKeepTheirOrderAndTheListenerHearsIt() throws Exception {
    server.script(
        Script.reply()
            .thinking("Let me see", "c2ln")
            .text("I ", "look")
            .toolUse("bash", Json.obj("command", "ls"))
            .toolUse("read", Json.obj("file_path", "a")));
    var ear = new Ear();
    var reply = (Answer.Reply) model.answer(HELLO, ear);

    assertThat(reply.stopReason()).isEqualTo("tool_use");
    assertThat(reply.content())
        .isEqualTo(
            Json.arr(
                Json.obj("type", "thinking", "thinking", "Let me see", "signature", "c2ln"),
                Json.obj("type", "text", "text", "I look"),
                Json.obj(
                    "type", "tool_use",
                    "id", "toolu_2",
                    "name", "bash",
                    "input", Json.obj("command", "ls")),
                Json.obj(
                    "type", "tool_use",
                    "id", "toolu_3",
                    "name", "read",
                    "input", Json.obj("file_path", "a"))));
    assertThat(ear.heard)
        .containsExactly("0 thinking", "1 text", "1: I ", "1: look", "2 tool_use", "3 tool_use");
  }

  @Test
  @Timeout(60)
  void aCallIsHeardWhenItBeginsIfItsToolWasOffered() throws Exception {
    var ear = new CallEar();
    var start =
        Json.obj("type", "tool_use", "id", "toolu_0", "name", " bash ", "input", Json.obj());
    server.script(
        Script.reply()
            .event(Json.obj("type", "content_block_start", "index", 0, "content_block", start))
            .hold(ear.begun)
            .event(Json.obj("type", "content_block_stop", "index", 0))
            .event(
                Json.obj(
                    "type",
                    "content_block_start",
                    "index",
                    1,
                    "content_block",
                    start.with("name", "invented")))
            .event(Json.obj("type", "content_block_stop", "index", 1))
            .stop("tool_use"));
    var reply = (Answer.Reply) model.answer(offering("bash", "read"), ear);
    assertThat(reply.content().items()).hasSize(2);
    assertThat(ear.heard).containsExactly("0 tool_use", "0 calls bash", "1 tool_use");
  }

  @Test
  void toolInputKeepsTheSpellingOfNumbersAndTheOrderOfKeys() throws Exception {
    var reply =
        reply(
            Script.reply()
                .toolUse(
                    "toolu_a", "t", "{\"z\": 1.", "50, \"a\": 1E+2, \"m\": ", "9007199254740993}"));
    assertThat(reply.content().toString())
        .contains("\"input\":{\"z\":1.50,\"a\":1E+2,\"m\":9007199254740993}");
  }

  @Test
  void aToolWithoutInputGetsAnEmptyObject() throws Exception {
    assertThat(reply(Script.reply().toolUse("toolu_a", "t")).content().toString())
        .contains("\"input\":{}");
    assertThat(
            reply(Script.reply().block(Json.obj("type", "tool_use", "id", "toolu_b", "name", "t")))
                .content()
                .toString())
        .contains("\"input\":{}");
  }

  @Test
  void inputThatCameWholeAtTheStartIsKept() throws Exception {
    var block = Json.obj("type", "tool_use", "id", "a", "name", "t", "input", Json.obj("x", 1));
    assertThat(reply(Script.reply().block(block)).content()).isEqualTo(Json.arr(block));
  }

  @Test
  void citationsAreGathered() throws Exception {
    var one = Json.obj("type", "char_location", "start_char_index", 0);
    var two = Json.obj("type", "char_location", "start_char_index", 7);
    var reply =
        reply(
            Script.reply()
                .block(
                    Json.obj("type", "text", "text", "", "citations", Json.arr()),
                    Json.obj("type", "text_delta", "text", "So"),
                    Json.obj("type", "citations_delta", "citation", one),
                    Json.obj("type", "citations_delta", "citation", two)));
    assertThat(reply.content())
        .isEqualTo(
            Json.arr(Json.obj("type", "text", "text", "So", "citations", Json.arr(one, two))));
  }

  @Test
  void unknownBlocksSurviveUnknownDeltas() throws Exception {
    var unknown =
        Json.obj("type", "hologram", "beam", Json.obj("hz", new Json.Num("6.0e14")), "n", null);
    var redacted = Json.obj("type", "redacted_thinking", "data", "b3BhcXVl");
    var reply =
        reply(
            Script.reply()
                .block(unknown, Json.obj("type", "photon_delta", "n", 1))
                .block(redacted)
                .text("ok"));
    assertThat(reply.content().toString())
        .startsWith("[{\"type\":\"hologram\",\"beam\":{\"hz\":6.0e14},\"n\":null}," + redacted);
  }

  @Test
  void pingsAndEventsFromTheFutureAreSkipped() throws Exception {
    var reply =
        reply(
            Script.reply()
                .ping()
                .raw(": a comment\n\n")
                .event(Json.obj("type", "message_hum", "index", 99))
                .raw("data: {\"type\":\"ping\",\ndata: \"x\":1}\r\n\r\n")
                .text("ok"));
    assertThat(reply.content().items()).hasSize(1);
  }

  @Test
  void usageOfBothEndsOfTheStreamIsMerged() throws Exception {
    var reply =
        reply(
            Script.stream()
                .event(
                    Json.obj(
                        "type",
                        "message_start",
                        "message",
                        Json.obj(
                            "usage",
                            Json.obj(
                                "input_tokens", 100,
                                "output_tokens", 1,
                                "cache_read_input_tokens", 2000,
                                "cache_creation_input_tokens", 30))))
                .event(
                    Json.obj(
                        "type",
                        "message_delta",
                        "delta",
                        Json.obj("stop_reason", "end_turn"),
                        "usage",
                        Json.obj("output_tokens", 55, "input_tokens", 0)))
                .event(Json.obj("type", "message_stop")));
    assertThat(reply.usage()).isEqualTo(new ModelUsage(100, 55, 2000, 30));
    assertThat(reply.content()).isEqualTo(Json.arr());
  }

  @Test
  void aRefusalBringsItsDetails() throws Exception {
    var reply = reply(Script.reply().text("I can").refusal());
    assertThat(reply.stopReason()).isEqualTo("refusal");
    assertThat(reply.stopDetails().text("category")).isEqualTo("cyber");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"command\": \"rm -r", ""})
  void aCallThatTheTokenLimitCutIsDroppedAndTheRestKept(String input) throws Exception {
    var reply =
        reply(
            Script.reply()
                .text("First")
                .toolUse("toolu_a", "bash", "{\"command\":\"ls\"}")
                .toolUse("toolu_b", "bash", input)
                .maxTokens());
    assertThat(reply.stopReason()).isEqualTo("max_tokens");
    assertThat(reply.content().items()).hasSize(2);
    assertThat(reply.content().toString()).contains("toolu_a").doesNotContain("toolu_b");
  }

  @Test
  void blocksThatAreNumberedOddlyAreStillPutTogether() throws Exception {
    var stream = Script.stream();
    for (int index : new int[] {7, 3}) {
      stream
          .event(
              Json.obj(
                  "type",
                  "content_block_start",
                  "index",
                  index,
                  "content_block",
                  Json.obj("type", "text", "text", "n")))
          .event(
              Json.obj(
                  "type",
                  "content_block_delta",
                  "index",
                  index,
                  "delta",
                  Json.obj("type", "text_delta", "text", "o" + index)));
    }
    var reply =
        reply(
            stream
                .event(
                    Json.obj("type", "message_delta", "delta", Json.obj("stop_reason", "end_turn")))
                .event(Json.obj("type", "message_stop")));
    assertThat(reply.content())
        .hasToString("[{\"type\":\"text\",\"text\":\"no7\"},{\"type\":\"text\",\"text\":\"no3\"}]");
  }

  @Test
  void countsThatAreNotWholeNumbersCount() throws Exception {
    var odd = "{\"input_tokens\":20.5,\"output_tokens\":\"100\",\"cache_read_input_tokens\":1e30}";
    var delta = Json.obj("type", "message_delta", "delta", Json.EMPTY, "usage", Json.received(odd));
    assertThat(reply(Script.reply().text("Hi").usage(0, 0).event(delta)).usage())
        .isEqualTo(new ModelUsage(21, 100, 1_000_000_000_000L, 0));
  }
}
