package dev.drover.model.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import dev.drover.model.Listener;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.ClosedPort;
import dev.drover.testing.Script;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FailureTest extends MessagesCase {
  @ParameterizedTest
  @CsvSource({
    "400, REJECTED", "401, REJECTED", "402, BILLING", "403, REJECTED", "404, REJECTED",
    "405, REJECTED", "408, BROKEN", "409, BROKEN", "413, REJECTED", "422, REJECTED",
    "429, RATE_LIMITED", "500, BROKEN", "501, BROKEN", "502, BROKEN", "503, OVERLOADED",
    "504, BROKEN", "529, OVERLOADED", "302, REJECTED", "307, REJECTED", "202, BROKEN"
  })
  void everyStatusHasItsKind(int status, Kind kind) throws Exception {
    var failure = failure(Script.status(status));
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.message()).startsWith("HTTP " + status);
    assertThat(failure.retryAfter()).isEmpty();
  }

  @Test
  void theServersTypeAndWordsAreInTheMessage() throws Exception {
    assertThat(failure(Script.status(400, "invalid_request_error", "model: unknown")).message())
        .isEqualTo(from(400) + "invalid_request_error: model: unknown");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prompt is too long: 210000 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit: 199990 + 21333 > 200000",
        "This model's maximum context length is 8192 tokens",
        "context_length_exceeded"
      })
  void aPromptThatIsTooLongIsNotJustRejected(String message) throws Exception {
    assertThat(failure(Script.status(400, "invalid_request_error", message)).kind())
        .isEqualTo(Kind.CONTEXT_FULL);
    assertThat(
            failure(
                    Script.reply()
                        .event(
                            Json.obj(
                                "type",
                                "error",
                                "error",
                                Json.obj("type", "invalid_request_error", "message", message))))
                .kind())
        .isEqualTo(Kind.CONTEXT_FULL);
  }

  @Test
  void anEmptyAccountIsABillingMatterWhateverTheStatus() throws Exception {
    assertThat(failure(Script.status(403, "billing_error", "pay")).kind()).isEqualTo(Kind.BILLING);
    assertThat(
            failure(
                    Script.status(
                        400,
                        "invalid_request_error",
                        "Your credit balance is too low to access the API."))
                .kind())
        .isEqualTo(Kind.BILLING);
  }

  @Test
  void otherServersErrorBodiesAreReadToo() throws Exception {
    assertThat(
            failure(Script.body(404, "application/json", "{\"error\":\"no such model\"}"))
                .message())
        .isEqualTo(from(404) + "no such model");
    assertThat(failure(Script.body(400, "application/json", "{\"message\":\"nope\"}")).message())
        .isEqualTo(from(400) + "nope");
    assertThat(failure(Script.body(502, "text/html", "<html>Bad Gateway</html>")).message())
        .isEqualTo(from(502) + "Bad Gateway");
  }

  @Test
  void aMessageIsShortAndHoldsNeitherKeyNorControlCharacters() throws Exception {
    var message =
        failure(Script.status(401, "authentication_error", "bad\nkey " + KEY + "x".repeat(999)))
            .message();
    assertThat(message)
        .contains("bad key [key]xxx")
        .doesNotContain("sk-test", "-4711")
        .hasSizeLessThan(400);
    var cut = failure(Script.status(401, "authentication_error", "x".repeat(290) + KEY)).message();
    assertThat(cut).doesNotContain("sk-test");
  }

  @ParameterizedTest
  @CsvSource({
    "retry-after, 7, 7000",
    "retry-after, 0, 0",
    "retry-after, 0.5, 500",
    "retry-after, 999999, 3600000",
    "retry-after-ms, 250, 250",
    "retry-after, 'Fri, 02 Jan 2026 03:05:05 GMT', 60000",
    "retry-after, 'Fri, 02 Jan 2026 09:04:05 GMT', 3600000",
    "retry-after, 'Fri, 02 Jan 2026 03:00:00 GMT', 0"
  })
  void theServersWishToBeLeftAloneIsPassedOn(String header, String value, long millis)
      throws Exception {
    assertThat(failure(Script.status(429).header(header, value)).retryAfter())
        .contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "-3", "NaN", ""})
  void aWishThatCannotBeReadCountsAsNone(String value) throws Exception {
    assertThat(failure(Script.status(529).header("retry-after", value)).retryAfter()).isEmpty();
  }

  @Test
  void millisecondsGoBeforeSeconds() throws Exception {
    assertThat(
            failure(Script.status(429).retryAfter(9).header("retry-after-ms", "1500")).retryAfter())
        .contains(Duration.ofMillis(1500));
  }

  @ParameterizedTest
  @CsvSource({
    "overloaded_error, OVERLOADED", "rate_limit_error, RATE_LIMITED", "api_error, BROKEN",
    "timeout_error, BROKEN", "some_new_error, BROKEN", "invalid_request_error, REJECTED",
    "authentication_error, REJECTED", "permission_error, REJECTED", "not_found_error, REJECTED",
    "billing_error, BILLING", "request_too_large, REJECTED"
  })
  void anErrorInsideTheStreamHasTheKindOfItsType(String type, Kind kind) throws Exception {
    var failure = failure(Script.reply().text("Half").errorInStream(type));
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.message()).contains(type).contains("scripted error");
  }

  @Test
  void aStreamWithoutItsEndIsNoReply() throws Exception {
    var half = Json.obj("type", "content_block_start", "index", 0);
    var text = half.with("content_block", Json.obj("type", "text", "text", "Hel"));
    assertThat(failure(Script.reply().event(text).endWithoutStop()))
        .isEqualTo(
            broken(
                "the stream of the model server at "
                    + server.uri()
                    + "/v1/messages ended without message_stop"));
  }

  @Test
  void aConnectionThatIsResetIsNoReply() throws Exception {
    assertThat(failure(Script.reply().text("Hello").reset()).kind()).isEqualTo(Kind.BROKEN);
  }

  @Test
  void aConnectionThatIsResetBeforeItsAnswerIsNoReply() throws Exception {
    assertThat(failure(Script.stream().reset()))
        .isEqualTo(
            broken(
                "the connection to the model server at "
                    + server.uri()
                    + "/v1/messages was lost before it answered"));
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void jsonThatIsNoneIsNoReply() throws Exception {
    assertThat(failure(Script.reply().badJson()).kind()).isEqualTo(Kind.BROKEN);
    assertThat(failure(Script.stream().raw("data: []\n\n")).kind()).isEqualTo(Kind.BROKEN);
  }

  @Test
  void anAnswerThatIsNoStreamIsNoReply() throws Exception {
    assertThat(failure(Script.body(200, "application/json", "{}")).kind()).isEqualTo(Kind.BROKEN);
    assertThat(
            failure(Script.body(200, "text/html", "<html>Welcome to the hotel</html>")).message())
        .contains("not an event stream")
        .endsWith("The body says: Welcome to the hotel");
  }

  @Test
  void anEndWithoutAnythingBeforeItIsNoReply() throws Exception {
    assertThat(failure(Script.stream().event(Json.obj("type", "message_stop"))).kind())
        .isEqualTo(Kind.BROKEN);
  }

  @Test
  void aServerThatStallsIsGivenUp() throws Exception {
    server.script(Script.reply().text("Hel").stall());
    try (var hasty = model(new Timeouts(SHORT.multipliedBy(50), SHORT.multipliedBy(50), SHORT))) {
      var failure = failed(hasty.answer(HELLO, Listener.DEAF));
      assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
      assertThat(failure.message()).contains("stalled");
    }
    server.request(1).awaitDisconnect();
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws Exception {
    server.script(Script.stream().stall());
    try (var hasty = model(new Timeouts(SHORT, SHORT, SHORT))) {
      var failure = failed(hasty.answer(HELLO, Listener.DEAF));
      assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
      assertThat(failure.message()).contains("did not answer");
    }
    server.request(1).awaitDisconnect();
  }

  @Test
  void aServerThatIsNotThereIsAFailureAndNoException() throws Exception {
    try (var port = new ClosedPort();
        var lonely = at(port.uri(), Timeouts.DEFAULT)) {
      var failure = failed(lonely.answer(HELLO, Listener.DEAF));
      assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
      assertThat(failure.message()).contains("cannot connect");
    }
  }

  @Test
  void aRedirectIsNamedAndNotFollowed() throws Exception {
    var failure = failure(Script.status(307).header("location", server.uri() + "/elsewhere"));
    assertThat(failure.message()).contains("redirect");
    assertThat(server.requests()).hasSize(1);
  }

  /// How a message begins that a refusal of this status has.
  private String from(int status) {
    return "HTTP " + status + " from " + server.uri() + "/v1/messages: ";
  }

  private static Answer.Failure broken(String message) {
    return new Answer.Failure(Answer.Kind.BROKEN, message, Optional.empty());
  }
}
