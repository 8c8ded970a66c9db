package dev.drover.model.openai;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.model.Answer.Kind;
import dev.drover.model.Listener;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Chunks;
import dev.drover.testing.ClosedPort;
import dev.drover.testing.Script;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every way in which a Chat Completions server can fail.
final class ChatFailureTest extends ChatCase {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final String CONTEXT =
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000"
          + " tokens.";

  private static String error(@Nullable String type, @Nullable Object code, String message) {
    return Json.obj("error", Json.obj("message", message, "type", type, "code", code)).toString();
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_request_error, , REJECTED",
    "401, invalid_request_error, invalid_api_key, REJECTED",
    "403, , , REJECTED",
    "404, invalid_request_error, model_not_found, REJECTED",
    "400, invalid_request_error, context_length_exceeded, CONTEXT_FULL",
    "413, , , REJECTED",
    "402, , , BILLING",
    "429, insufficient_quota, insufficient_quota, BILLING",
    "429, tokens, rate_limit_exceeded, RATE_LIMITED",
    "408, , , BROKEN",
    "500, server_error, , BROKEN",
    "502, , , BROKEN",
    "503, , , OVERLOADED",
  })
  void everyStatusHasItsKind(int status, @Nullable String type, @Nullable String code, Kind kind)
      throws Exception {
    var failure = failure(Script.body(status, "application/json", error(type, code, "no")));
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.message()).startsWith("HTTP " + status).endsWith(": no");
  }

  @Test
  void allThatTheServerSaidIsKeptForTheDiagnosisWithoutTheMeaningOfItsIndexes() throws Exception {
    var words = "Error while downloading " + "x".repeat(400) + ".";
    var error =
        Json.obj(
            "message",
            words,
            "type",
            "invalid_request_error",
            "param",
            "url",
            "code",
            "invalid_image_url");
    var body = Json.obj("error", error).toString();
    var failure = failure(Script.body(400, "application/json", body));
    assertThat(failure.said().words()).contains(words, "url", "invalid_image_url");
    assertThat(failure.said().indexed()).isFalse();
    assertThat(failure.message()).hasSizeLessThan(400);
    assertThat(failure.toString()).doesNotContain(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "zstd", "deflate", "gzip, br"})
  void anEncodingThatCannotBeReadIsNamed(String encoding) throws Exception {
    var failure = failure(Chunks.stream(Chunks.text("?")).header("content-encoding", encoding));
    assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
    assertThat(failure.message()).contains("the content encoding " + encoding + ",");
  }

  @ParameterizedTest
  @CsvSource({"br, 500", "zstd, 500", "br, 400", "deflate, 429", "'', 500", "identity, 502"})
  void anErrorThatCannotBeReadHasTheNameOfItsStatus(String encoding, int status) throws Exception {
    var bytes = "\u0001\u0002\u0000\u0003".repeat(40);
    var script = Script.body(status, "application/json", bytes);
    var failure =
        failure(encoding.isEmpty() ? script : script.header("content-encoding", encoding));
    assertThat(failure.message())
        .matches("HTTP " + status + " from [^ ]+/v1/chat/completions: [A-Z][A-Za-z ]+");
  }

  @Test
  void aPromptThatIsTooLongIsNotJustRejected() throws Exception {
    var body = error("BadRequestError", 400, CONTEXT);
    assertThat(failure(Script.body(400, "application/json", body)).kind())
        .isEqualTo(Kind.CONTEXT_FULL);
    assertThat(failure(Chunks.open().raw("data: " + body + "\n\n")).kind())
        .isEqualTo(Kind.CONTEXT_FULL);
    var server = error("server_error", 500, "context size has been exceeded");
    assertThat(failure(Chunks.open().raw("data: " + server + "\n\n")).kind())
        .isEqualTo(Kind.CONTEXT_FULL);
  }

  @ParameterizedTest
  @CsvSource({
    "server_error, , BROKEN",
    "some_new_error, , BROKEN",
    "InternalServerError, 500, BROKEN",
    "BadRequestError, 400, REJECTED",
    ", 429, RATE_LIMITED",
    "rate_limit_exceeded, , RATE_LIMITED",
    "insufficient_quota, , BILLING",
    "invalid_request_error, , REJECTED",
    ", 503, OVERLOADED",
  })
  void anErrorInsideTheStreamHasItsKindToo(@Nullable String type, @Nullable Integer code, Kind kind)
      throws Exception {
    var failure =
        failure(
            Chunks.open(Chunks.text("Half")).raw("data: " + error(type, code, "oh no") + "\n\n"));
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.message())
        .startsWith("HTTP 200 from ")
        .contains(", then an error")
        .endsWith(": oh no");
  }

  @ParameterizedTest
  @CsvSource({
    "'data: {\"object\":\"error\",\"message\":\"oh no\",\"code\":400}', REJECTED",
    "'data: {\"object\":\"error\",\"message\":\"oh no\",\"param\":null,\"code\":429}',"
        + " RATE_LIMITED",
    "'data: {\"type\":\"error\",\"message\":\"oh no\",\"code\":503}', OVERLOADED",
    "'data: {\"error\":\"oh no\"}', BROKEN",
    "'data: {\"error\":{\"message\":\"oh no\",\"code\":\"400\"},\"choices\":[]}', REJECTED",
    "'data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\",\"error\":{\"code\":502,"
        + "\"message\":\"oh no\"}}]}', BROKEN",
    "'data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"error\":{\"code\":429,"
        + "\"message\":\"oh no\"}}]}', RATE_LIMITED",
    "'{\"choices\":[{\"message\":{\"content\":\"Half\"},\"finish_reason\":\"error\","
        + "\"error\":\"oh no\"}]}', BROKEN",
    "'data: {\"detail\":\"oh no\"}', BROKEN",
    "'data: {\"code\":400,\"message\":\"oh no\"}', REJECTED",
    "'event: error\ndata: oh no', BROKEN",
    "'event: error\ndata: {\"message\":\"oh no\"}', BROKEN",
  })
  void anErrorInsideTheStreamIsKnownInAnyShape(String event, Kind kind) throws Exception {
    var failure = failure(Chunks.open().raw(event.replace("\\n", "\n") + "\n\n"));
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.message())
        .isEqualTo("HTTP 200 from " + server.uri() + "/v1/chat/completions, then an error: oh no");
  }

  /// In rare moments the JDK reports a lost connection instead of the failure of TLS.
  @Test
  void aServerThatSpeaksNoTlsIsNamed() throws Exception {
    try (var plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var model = at("https://127.0.0.1:" + plain.getLocalPort(), Timeouts.DEFAULT)) {
      Thread.ofVirtual().start(() -> refuse(plain));
      var failure = failed(model.answer(HELLO, Listener.DEAF));
      assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
      assertThat(failure.message())
          .matches(
              "(cannot connect to|the connection to) the model server at https://127\\.0\\.0\\.1:"
                  + "[0-9]+/v1/chat/completions(: TLS failed: | was lost).*");
    }
  }

  private static void refuse(ServerSocket plain) {
    try (var socket = plain.accept()) {
      socket.getInputStream().read(); // a server answers what it has read
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
      socket.getInputStream().transferTo(OutputStream.nullOutputStream()); // until it goes
    } catch (IOException _) {
      // it has gone
    }
  }

  @Test
  void aRedirectSaysWhereToWithoutTheQuery() throws Exception {
    var failure = failure(Script.status(308).header("location", "https://elsewhere/v1?key=hidden"));
    assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
    assertThat(failure.message())
        .contains("HTTP 308 from " + server.uri() + "/v1/chat/completions")
        .contains("redirects to https://elsewhere/v1?key=[key]")
        .doesNotContain("hidden");
  }

  @Test
  void theServersWishToBeLeftAloneIsPassedOn() throws Exception {
    assertThat(failure(Script.status(429).retryAfter(7)).retryAfter())
        .contains(Duration.ofSeconds(7));
  }

  @Test
  void aMessageHoldsNoKey() throws Exception {
    var body = error("invalid_request_error", "invalid_api_key", "Incorrect API key: " + KEY);
    assertThat(failure(Script.body(401, "application/json", body)).message())
        .isEqualTo(
            "HTTP 401 from "
                + server.uri()
                + "/v1/chat/completions: invalid_request_error: Incorrect API key: [key]");
  }

  @Test
  void aStreamWithoutAnyEndIsNoReply() throws Exception {
    var message =
        "the stream of the model server at "
            + server.uri()
            + "/v1/chat/completions ended without a finish_reason";
    assertThat(failure(Chunks.open(Chunks.call(0, "a", "bash", "{\"com"))).message())
        .isEqualTo(message);
    assertThat(failure(Chunks.stream()).kind()).isEqualTo(Kind.BROKEN);
    assertThat(failure(Chunks.open(Chunks.text("Hel")).reset()).kind()).isEqualTo(Kind.BROKEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "abort", "network_error", "insufficient_system_resource"})
  void aReplyThatTheServerBrokeOffIsNone(String finish) throws Exception {
    assertThat(failure(Chunks.stream(Chunks.text("Hel"), Chunks.finish(finish))).kind())
        .isEqualTo(Kind.BROKEN);
  }

  @Test
  void jsonThatIsNoneIsNoReply() throws Exception {
    assertThat(failure(Chunks.open().raw("data: {\"choices\":\n\n")).kind()).isEqualTo(Kind.BROKEN);
    assertThat(failure(Chunks.open().raw("data: []\n\n")).kind()).isEqualTo(Kind.BROKEN);
  }

  @Test
  void callsWithoutEndAreGivenUp() throws Exception {
    var script = Chunks.open();
    for (int i = 0; i <= Calls.MAX; i++) {
      script.raw("data: " + Chunks.call(i, "", "bash", "{}") + "\n\n");
    }
    assertThat(failure(script).message()).contains("more than 1000 tool calls");
  }

  @Test
  void anAnswerThatIsNoStreamIsNamed() throws Exception {
    var failure = failure(Script.body(200, "text/html", "<html>Welcome</html>"));
    assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
    assertThat(failure.message()).contains("not an event stream");
    var refused =
        failure(
            Script.body(200, "application/json", error("invalid_request_error", null, "no model")));
    assertThat(refused.kind()).isEqualTo(Kind.REJECTED);
    assertThat(refused.message()).contains("no model");
  }

  @Test
  void aServerThatStallsIsGivenUp() throws Exception {
    server.script(Chunks.open(Chunks.text("Hel"), Chunks.text("lo")).stall());
    try (var hasty =
        at(
            server.uri().toString(),
            new Timeouts(SHORT.multipliedBy(50), SHORT.multipliedBy(50), SHORT))) {
      assertThat(failed(hasty.answer(HELLO, Listener.DEAF)).message()).contains("stalled");
    }
    server.request(1).awaitDisconnect();
  }

  @Test
  void patienceBeforeAReplyIsAnotherThanWithinIt() throws Exception {
    var time = Duration.ofSeconds(20);
    var prompt = new CountDownLatch(1);
    server.script(
        Script.stream()
            .raw(": thinking\n\n")
            .raw("data: " + Chunks.delta(Json.obj("role", "assistant")) + "\n\n")
            .hold(prompt)
            .raw("data: " + Chunks.text("Hi") + "\n\ndata: " + Chunks.finish("stop") + "\n\n"));
    try (var model = at(server.uri().toString(), new Timeouts(time, time, Duration.ofMillis(1)))) {
      Thread.ofVirtual().start(() -> release(prompt));
      assertThat(model.answer(HELLO, Listener.DEAF)).isNotNull();
      assertThat(prompt.getCount()).isZero();
    }
  }

  private void release(CountDownLatch prompt) {
    try {
      server.request(1);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    prompt.countDown();
  }

  @Test
  void silenceAfterTheHeadOfTheResponseIsBounded() throws Exception {
    server.script(Chunks.open().raw(": wait\n\n").stall());
    try (var hasty = at(server.uri().toString(), new Timeouts(SHORT, SHORT, SHORT.plus(SHORT)))) {
      assertThat(failed(hasty.answer(HELLO, Listener.DEAF)).message())
          .isEqualTo(
              "the model server at "
                  + server.uri()
                  + "/v1/chat/completions stalled: no reply within 200 ms");
    }
    server.request(1).awaitDisconnect();
  }

  @Test
  void anInterruptCutsTheConnection() throws Exception {
    server.script(Chunks.open(Chunks.text("Hel")).stall());
    var caller = Thread.currentThread();
    var listener =
        new Listener() {
          @Override
          public void blockStarted(int index, String type) {}

          @Override
          public void text(int index, String delta) {
            caller.interrupt();
          }
        };
    assertThatThrownBy(() -> model.answer(HELLO, listener))
        .isInstanceOf(InterruptedException.class);
    server.request(1).awaitDisconnect();
  }

  @Test
  void aServerThatIsNotThereIsAFailureAndNoException() throws Exception {
    try (var port = new ClosedPort();
        var lonely = at(port.uri().toString(), Timeouts.DEFAULT)) {
      assertThat(failed(lonely.answer(HELLO, Listener.DEAF)).message())
          .contains("cannot connect to the model server at http://127.0.0.1:")
          .contains("/v1/chat/completions: refused");
    }
  }

  @Test
  void aConnectionIsUsedAgain() throws Exception {
    for (int i = 0; i < 3; i++) {
      reply(Chunks.stream(Chunks.text("Hi"), Chunks.finish("stop"), Chunks.usage(1, 0, 1)));
    }
    assertThat(server.connections()).isEqualTo(1);
  }
}
