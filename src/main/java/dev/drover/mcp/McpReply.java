package dev.drover.mcp;

import dev.drover.base.Json;
import dev.drover.http.BodyTooLong;
import dev.drover.http.Response;
import dev.drover.http.ServerEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/// The response of an MCP server to one HTTP request, without the secrets that the server got. It
/// must be closed.
///
/// @param hadToken whether the request had a token
record McpReply(Response response, Redaction redaction, boolean hadToken) implements AutoCloseable {
  /// The longest message, in bytes.
  static final int MOST = 16 << 20;

  private static final Duration AFTERWARDS = Duration.ofMillis(100);
  private static final int MOST_AFTERWARDS = 64 << 10;
  private static final ServerEvents.Lengths LENGTHS =
      new ServerEvents.Lengths(MOST, MOST, 256L << 20);

  int status() {
    return response.status();
  }

  boolean isSuccess() {
    return status() >= 200 && status() < 300;
  }

  Optional<String> header(String name) {
    return response.header(name);
  }

  boolean isStream() {
    return isType("text/event-stream");
  }

  private boolean isType(String type) {
    var sent = header("content-type").orElse("").toLowerCase(Locale.ROOT);
    return sent.equals(type) || sent.startsWith(type + ";") || sent.startsWith(type + " ");
  }

  /// The messages of a body that is not a stream.
  ///
  /// @param most in bytes
  List<Json.Obj> messages(Deadline deadline, int most) throws McpTrouble, InterruptedException {
    if (!isType("application/json")) {
      return List.of();
    }
    var text = new ByteArrayOutputStream();
    try {
      var body = response.body();
      for (var bytes = body.next(deadline.left()); bytes != null; ) {
        if (bytes.length > most - text.size()) {
          throw tooLong();
        }
        text.writeBytes(bytes);
        bytes = body.next(deadline.left());
      }
    } catch (IOException e) {
      throw lost(e, deadline);
    }
    return messages(text.toString(StandardCharsets.UTF_8));
  }

  /// The messages in a text that the server sent.
  List<Json.Obj> messages(String text) throws McpTrouble {
    try {
      return RpcMessage.in(redaction.json(Json.paired(Json.received(text))));
    } catch (Json.Malformed e) {
      throw new McpTrouble(
          McpTrouble.Kind.LOST, "The server's answer is not JSON: " + e.getMessage() + ".");
    }
  }

  /// The events of a stream. The limit of the deadline holds for each chunk.
  ServerEvents events(Supplier<Deadline> deadline) {
    return new ServerEvents(
        () -> response.body().next(deadline.get().left()), ServerEvents.Form.STANDARD, LENGTHS);
  }

  /// The trouble of a body that cannot be read further.
  static McpTrouble lost(IOException cause, Deadline deadline) {
    if (cause instanceof BodyTooLong) {
      return tooLong();
    }
    return new McpTrouble(
        McpTrouble.Kind.LOST,
        deadline.hasPassed()
            ? "The server did not answer in time."
            : "The connection was lost before the answer was complete.");
  }

  private static McpTrouble tooLong() {
    return new McpTrouble(
        McpTrouble.Kind.LOST, "The server's answer is longer than " + (MOST >> 20) + " MiB.");
  }

  /// Waits a moment for the end of the body, so that the connection can be used again.
  void drain() throws InterruptedException {
    response.body().drain(AFTERWARDS, MOST_AFTERWARDS);
  }

  @Override
  public void close() {
    response.close();
  }
}
