package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies as servers send them, well-formed or not: which events a wire gets to see. Nothing here
/// knows what the events mean.
final class FramingTest {
  private static final String TWO = "data: {\"n\":1}\n\ndata: {\"n\":2}\n\n";

  /// Every value of `n` in turn, and how the stream ended.
  private static String seen(FakeBody body, int... sizes) throws InterruptedException {
    var seen = new ArrayList<String>();
    var answer =
        body.read(
            events -> {
              for (var event = events.next(); event != null; event = events.next()) {
                seen.add(event.name() + event.body().get("n").orElse(Json.of("?")));
              }
              return Failures.broken(events.end() + events.skipped());
            },
            sizes.length == 0 ? new int[] {Integer.MAX_VALUE} : sizes);
    return seen + " " + ((Answer.Failure) answer).message();
  }

  private static String seen(String text) throws InterruptedException {
    return seen(FakeBody.stream(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TWO,
        "data: {\"n\":1}\n\ndata: {\"n\":2}",
        "data: {\"n\":1}\n\ndata: {\"n\":2}\n",
        "data:{\"n\":1}\r\n\r\ndata:{\"n\":2}\r\n",
        "data: {\"n\":1}\r\rdata: {\"n\":2}\r\r",
        "\uFEFFdata: {\"n\":1}\n\ndata: {\"n\":2}\n\n",
        "\n\n\ndata: {\"n\":1}\n\n\n\ndata: {\"n\":2}\n\n",
        ": hello\ndata: {\"n\":1}\n\n: ping\n\ndata: {\"n\":2}\n\n",
        "data:\n\ndata: {\"n\":1}\n\ndata: \n\ndata\n\ndata: {\"n\":2}\n\n",
        "event: ping\ndata:\n\n" + TWO,
        "event: ping\ndata: keepalive\n\n" + TWO,
        "event: keepalive\ndata: {\"n\":9}\n\n" + TWO,
        "event: keep-alive\ndata: 1\n\n" + TWO,
        "event: heartbeat\ndata: {broken\n\n" + TWO,
        "data: ping\n\n" + TWO,
        "data: [PING]\n\n" + TWO,
        "data: {\"n\":\ndata: 1}\n\ndata: {\"n\":2}\n\n",
        "data: {\"n\":1}\ndata: {\"n\":2}\n\n",
        "id: 7\nretry: 10\ndata: {\"n\":1}\nfoo: bar\n\ndata: {\"n\":2}\n\n",
        "data: [{\"n\":1},{\"n\":2}]\n\n",
        "data: {\"n\":0,\"n\":1}\n\ndata: {\"n\":2,\"p\":NaN,\"q\":-Infinity}\n\n",
        "data: {\"n\":1}\n\n{\"n\":2}\n",
      })
  void aStreamIsReadAsClientsReadIt(String text) throws Exception {
    var whole = seen(text);
    assertThat(whole).isEqualTo("[1, 2] CLEAN");
    for (int size = 1; size < 9; size++) {
      assertThat(seen(FakeBody.stream(text), size)).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: [DONE]\n\n",
        "data:[DONE]",
        "data:   [DONE]  \r\n\r\n",
        "data: [done]\n\n",
        "data: [ DONE ]\n\n",
        "data: \"[DONE]\"\n\n",
        "event: done\ndata: [DONE]\n\ndata: {\"n\":3}\n\n",
        "data: [DONE]\n\ndata: {broken\n\n"
      })
  void theMarkOfTheEndIsOneHoweverItIsWritten(String mark) throws Exception {
    assertThat(seen(TWO + mark)).isEqualTo("[1, 2] MARK");
  }

  @Test
  void theMarkMayFollowTheLastEventWithoutABlankLine() throws Exception {
    assertThat(seen("data: {\"n\":1}\ndata: [DONE]\n\n")).isEqualTo("[1] MARK");
  }

  @Test
  void textThatIsNoJsonIsSkippedAndLeavesTheEndInDoubt() throws Exception {
    assertThat(seen("event: connected\ndata: ok\n\n" + TWO)).isEqualTo("[1, 2] UNKNOWNok");
    assertThat(seen(TWO + "data: upstream timed out\n\n"))
        .isEqualTo("[1, 2] UNKNOWNupstream timed out");
    assertThat(seen("data: hello\n\n" + TWO + "data: [DONE]\n\n")).isEqualTo("[1, 2] MARKhello");
  }

  @Test
  void aDamagedEventIsNotSkipped() throws Exception {
    assertThat(seen("data: {\"n\":1}\n\ndata: {\"n\":\n\n")).contains("not readable");
  }

  @Test
  void theNamesOfEventsArePassedOn() throws Exception {
    assertThat(seen("event: a\ndata: {\"n\":1}\n\ndata: {\"n\":2}\n\n")).isEqualTo("[a1, 2] CLEAN");
  }

  @Test
  void anEndWithoutALengthIsNotKnownToBeTheEnd() throws Exception {
    assertThat(seen(FakeBody.stream(TWO).unmeasured())).isEqualTo("[1, 2] UNKNOWN");
    assertThat(seen(FakeBody.stream(TWO).cutAfter(16))).isEqualTo("[1] lost");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text/event-stream",
        "Text/Event-Stream; charset=UTF-8",
        "application/json, text/event-stream; charset=utf-8",
        "text/plain",
        "application/octet-stream",
        "application/json",
        "application/x-ndjson",
        "text/html"
      })
  void aStreamIsOneWhateverItsContentType(String type) throws Exception {
    var body = FakeBody.stream(": hi\n\n" + TWO);
    assertThat(seen(type.isEmpty() ? body.typed() : body.typed(type))).isEqualTo("[1, 2] CLEAN");
    assertThat(seen(body.typed("application/json", "text/event-stream"))).isEqualTo("[1, 2] CLEAN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"message\",\"n\":1}",
        "\uFEFF\n {\n \"type\":\"message\",\n \"n\":1\n}\n",
        "[{\"choices\":[],\"n\":1}]",
        "{\"choices\":[],\"n\":1}\n",
        "{\"choices\":[],\"n\":1}\n{\"choices\":[],\"n\":2}\n",
        "{\"choices\":[],\"n\":1}\n\ndata: [DONE]\n\n"
      })
  void aWholeJsonReplyIsOneWhateverItsContentType(String text) throws Exception {
    for (var type : List.of("application/json", "text/event-stream", "text/plain")) {
      assertThat(seen(FakeBody.stream(text).typed(type), 1)).startsWith("[1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<html><body>Welcome", "Hello", "{}", "{\"models\":[]}", "[1]", "", "   "})
  void whatIsNeitherIsNamed(String text) throws Exception {
    assertThat(seen(FakeBody.stream(text).typed("application/json")))
        .startsWith("[] HTTP 200 from http://h, but not an event stream");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":{\"message\":\"no\"}}",
        "{\"error\":\"no\"}",
        "{\"error\":1}",
        "{\"type\":\"error\"}",
        "{\"object\":\"error\",\"message\":\"no\"}"
      })
  void anErrorObjectIsAnError(String text) throws Exception {
    assertThat(isError("data: " + text + "\n\n")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":null,\"choices\":[]}",
        "{\"error\":\"\"}",
        "{\"error\":{}}",
        "{\"error\":false}",
        "{\"object\":\"chat.completion.chunk\"}"
      })
  void anEmptyErrorIsNone(String text) throws Exception {
    assertThat(isError("data: " + text + "\n\n")).isFalse();
  }

  @Test
  void anEventThatIsNamedErrorIsOne() throws Exception {
    assertThat(isError("event: error\ndata: {\"message\":\"no\"}\n\n")).isTrue();
  }

  private static boolean isError(String text) throws InterruptedException {
    var found = new ArrayList<Boolean>();
    FakeBody.stream(text)
        .read(
            events -> {
              for (var event = events.next(); event != null; event = events.next()) {
                found.add(ErrorEvents.is(event));
              }
              return Failures.broken("");
            });
    assertThat(found).hasSize(1);
    return found.getFirst();
  }
}
