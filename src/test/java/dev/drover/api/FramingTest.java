package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.testing.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bytes that are no whole request, and the parts of a chunked body that no client needs.
@Isolated("it records the log of the whole process")
final class FramingTest {
  private static final String HEAD =
      "POST /v1/agents HTTP/1.1\r\nHost: a\r\nX-Api-Key: " + Api.KEY + "\r\n";
  private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
  private static final String BODY = "{\"name\":\"a\",\"model\":\"rehearsal\"}";
  private static final String SIZE = Integer.toHexString(BODY.length());
  private static final String GET =
      "GET /v1/agents HTTP/1.1\r\nHost: a\r\nX-Api-Key: " + Api.KEY + "\r\n\r\n";

  private final Api api = new Api();
  private final RawHttp raw = new RawHttp(URI.create(api.server.url()));
  private final Logger root = Logger.getLogger("");
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          if (record.getLevel().intValue() >= Level.INFO.intValue()) {
            logged.add(record.getLoggerName() + ": " + record.getMessage());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void record() {
    root.addHandler(handler);
  }

  @AfterEach
  void stop() {
    root.removeHandler(handler);
    api.close();
  }

  static List<String> broken() {
    return List.of(
        "GET /v1/mod",
        "GET /v1/models HTTP/1.1\r",
        "GET /v1/models HTTP/1.1\r\n",
        "GET /v1/models HTTP/1.1\r\nHo",
        "GET /v1/models HTTP/1.1\r\nHost: a",
        "GET /v1/models HTTP/1.1\r\nHost: a\r",
        "GET /v1/models HTTP/1.1\r\nHost: a\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: a\r\nConnection: cl",
        "GET /v1/models HTTP/1.1\r\nHost: a\r\n\r",
        HEAD + "Content-Length: 100\r\n\r\n{\"na",
        HEAD + "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
        CHUNKED,
        CHUNKED + "1",
        CHUNKED + "10\r\n{\"na",
        CHUNKED + "4\r\n{\"na\r\n",
        CHUNKED + "4\r\n{\"na\r\n0\r\n",
        CHUNKED + "4\r\n{\"na\r\n0\r\nA: b",
        CHUNKED + "zz\r\n{\"na\r\n0\r\n\r\n",
        "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003" + "\u0080\u00ff".repeat(100),
        "\u0016\u0003\u0001\0\u0005\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "SSH-2.0-client\r\n",
        "\0\r\n\r\n",
        "\u00ff\u00fe".repeat(1000));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void whatIsNoRequestIsNeverAFailureOfOursAndNeverLogged(String bytes) throws IOException {
    var request = bytes.getBytes(StandardCharsets.ISO_8859_1);
    assertThat(raw.send(request, true).status()).isIn(0, 400);
    for (boolean reset : new boolean[] {false, true}) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.server.port())) {
        socket.getOutputStream().write(request);
        if (reset) {
          socket.setSoLinger(true, 0);
        }
      }
    }
    await().until(() -> api.server.openConnections() == 0);
    assertThat(logged).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "S;a=b|0|",
        "S;a=\"b;c\"|0|",
        "S ; a|0|",
        "S;|0;last|",
        "S|0|A: b\r\n",
        "S|0|A: b\r\nDigest: sha-256=x\r\n",
        "S;a|0;b;c=d|A:\r\n",
        "000S|0000|",
        "S|0|LONG: b\r\n",
        "S;LONG|0|"
      })
  void extensionsAndTrailersOfABodyAreReadAndIgnored(String form) throws IOException {
    var parts = form.replace("LONG", "a".repeat(3_000)).split("\\|", -1);
    var request =
        CHUNKED
            + parts[0].replace("S", SIZE)
            + "\r\n"
            + BODY
            + "\r\n"
            + parts[1]
            + "\r\n"
            + parts[2]
            + "\r\n";
    var answers = raw.sendAll(List.of(request, GET));
    assertThat(answers).extracting(RawHttp.Answer::status).containsExactly(200, 200);
    assertThat(answers.getLast().body()).contains("\"name\":\"a\"");
  }

  @Test
  void everyChunkMayHaveAnExtension() throws IOException {
    var request = new StringBuilder(CHUNKED);
    BODY.chars().forEach(c -> request.append("1;x=y\r\n").append((char) c).append("\r\n"));
    var answers = raw.sendAll(List.of(request.append("0\r\n\r\n").toString(), GET));
    assertThat(answers).extracting(RawHttp.Answer::status).containsExactly(200, 200);
  }

  static List<String> invalid() {
    var chunk = SIZE + "\r\n" + BODY + "\r\n";
    return List.of(
        SIZE + ";" + "a".repeat(ChunkReader.MAX_SIZE_LINE) + "\r\n" + BODY + "\r\n0\r\n\r\n",
        chunk + "0\r\nA: " + "b".repeat(ChunkReader.MAX_TRAILERS) + "\r\n\r\n",
        chunk + "0\r\n" + "A: b\r\n".repeat(ChunkReader.MAX_TRAILERS / 6 + 1) + "\r\n",
        chunk + "0\r\nno trailer\r\n\r\n",
        chunk + "0\r\n: b\r\n\r\n",
        chunk + "0\r\nA: b\n\r\n",
        ";a=b\r\n" + BODY + "\r\n0\r\n\r\n",
        SIZE + ";a\n" + BODY + "\r\n0\r\n\r\n",
        SIZE + "\r\n" + BODY + "XX0\r\n\r\n",
        SIZE + "\r\n" + BODY + "GET / HTTP/1.1\r\n\r\n");
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void aBodyWhoseChunksAreNotExactIsRefusedAndItsConnectionClosed(String chunks)
      throws IOException {
    var answer = raw.send((CHUNKED + chunks).getBytes(StandardCharsets.ISO_8859_1), true);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("connection")).isEqualTo("close");
    assertThat(logged).isEmpty();
  }
}
