package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Answers are compressed for clients that accept it, and only for them.
final class CompressedAnswersTest {
  private final Api api = new Api();

  @AfterEach
  void stop() {
    api.close();
  }

  private HttpResponse<byte[]> get(String path, String accepts) throws Exception {
    var request = api.request(path).header("accept-encoding", accepts).build();
    return api.http.send(request, BodyHandlers.ofByteArray());
  }

  private static String text(HttpResponse<byte[]> answer) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String session(int messages, String text) throws Exception {
    var session = api.session();
    for (int i = 0; i < messages; i++) {
      api.say(session, text);
    }
    return session;
  }

  @Test
  void longAnswersAreCompressed() throws Exception {
    var path = session(20, "hello, world") + "/events";
    var plain = get(path, "identity");
    assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
    assertThat(plain.headers().firstValue("vary")).hasValue("accept-encoding");
    var packed = get(path, "gzip, deflate");
    assertThat(packed.headers().firstValue("content-encoding")).hasValue("gzip");
    assertThat(packed.headers().firstValue("vary")).hasValue("accept-encoding");
    assertThat(packed.body().length).isLessThan(plain.body().length / 3);
    assertThat(text(packed)).isEqualTo(new String(plain.body(), StandardCharsets.UTF_8));
  }

  /// Beyond 128 kB, an answer is written piece by piece.
  @Test
  void veryLongAnswersAreCompressedAsTheyAreWritten() throws Exception {
    var path = session(6, "äöü😀".repeat(10_000)) + "/events";
    var plain = get(path, "br");
    assertThat(plain.body().length).isGreaterThan(500_000);
    var packed = get(path, "gzip");
    assertThat(packed.headers().firstValue("content-length")).isEmpty();
    assertThat(text(packed)).isEqualTo(new String(plain.body(), StandardCharsets.UTF_8));
    var again = get(path + "?limit=1", "gzip"); // on the same connection
    assertThat(Json.trusted(text(again))).isInstanceOf(Json.Obj.class);
  }

  @Test
  void shortAnswersAndErrorsAreNot() throws Exception {
    for (var path : new String[] {"/v1/agents", "/v1/agents/agent_none1", "/healthz"}) {
      var answer = get(path, "gzip");
      assertThat(answer.headers().firstValue("content-encoding")).as(path).isEmpty();
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).startsWith("{");
    }
  }
}
