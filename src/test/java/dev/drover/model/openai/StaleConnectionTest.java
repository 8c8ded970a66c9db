package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Chunks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections that a server closes when a request comes on them.
final class StaleConnectionTest {
  private static final String BODY =
      "data: %s\n\ndata: %s\n\n".formatted(Chunks.text("Hi"), Chunks.finish("stop"));

  private static final String REPLY =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: "
          + BODY.length()
          + "\r\n\r\n"
          + BODY;

  /// What is sent for each request, connection by connection; the connection is closed after the
  /// last of them.
  private final List<List<String>> script = new CopyOnWriteArrayList<>();

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final ServerSocket server = listening();
  private final ChatModel model =
      ChatCase.at("http://127.0.0.1:" + server.getLocalPort(), Timeouts.DEFAULT);

  private static ServerSocket listening() {
    try {
      return new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() throws IOException {
    model.close();
    server.close();
  }

  private void serve(List<List<String>> connections) {
    script.addAll(connections);
    Thread.ofVirtual().start(this::accept);
  }

  private void accept() {
    for (int i = 0; i < script.size(); i++) {
      try (var connection = server.accept()) {
        for (var reply : script.get(i)) {
          read(connection);
          asked.add("connection " + i);
          connection.getOutputStream().write(reply.getBytes(StandardCharsets.UTF_8));
          connection.getOutputStream().flush();
        }
      } catch (IOException _) {
        // the client has gone
      }
    }
  }

  /// Reads the head and the body of one request.
  private static void read(Socket connection) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = connection.getInputStream().read();
      if (c < 0) {
        throw new IOException("closed");
      }
      head.append((char) c);
    }
    var length = head.toString().toLowerCase(Locale.ROOT).split("content-length:", 2)[1];
    connection
        .getInputStream()
        .readNBytes(Integer.parseInt(length.lines().findFirst().orElseThrow().strip()));
  }

  private Answer ask() throws InterruptedException {
    return model.answer(ChatCase.HELLO, Listener.DEAF);
  }

  @Test
  void aRequestOnAConnectionThatWasClosedIsMadeAgainAtOnce() throws Exception {
    serve(List.of(List.of(REPLY, ""), List.of(REPLY)));
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(asked).containsExactly("connection 0", "connection 0", "connection 1");
  }

  @Test
  void itIsMadeAgainOnce() throws Exception {
    serve(List.of(List.of(REPLY, ""), List.of(""), List.of(REPLY)));
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(ChatCase.failed(ask()).message()).contains("was lost before it answered");
    assertThat(asked).containsExactly("connection 0", "connection 0", "connection 1");
  }

  @Test
  void aRequestOnANewConnectionIsNot() throws Exception {
    serve(List.of(List.of(""), List.of(REPLY)));
    assertThat(ChatCase.failed(ask()).message()).contains("was lost before it answered");
    assertThat(asked).containsExactly("connection 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"H", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\na: b\r\n"})
  void aRequestThatTheServerHasBegunToAnswerIsNot(String begun) throws Exception {
    serve(List.of(List.of(REPLY, begun), List.of(REPLY)));
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(ask()).isInstanceOf(Answer.Failure.class);
    assertThat(asked).containsExactly("connection 0", "connection 0");
  }

  @Test
  void aReplyThatBreaksOffIsNot() throws Exception {
    serve(
        List.of(
            List.of(REPLY, REPLY.substring(0, REPLY.length() - BODY.length() + 20)),
            List.of(REPLY)));
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(ask()).isInstanceOf(Answer.Failure.class);
    assertThat(asked).containsExactly("connection 0", "connection 0");
  }
}
