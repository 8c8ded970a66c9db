package dev.drover.bench;

import dev.drover.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// A client of one session, with one connection that sends messages and one that reads the stream.
/// It uses one thread, and a raw socket instead of the client and the event reader of `http`, so
/// that the time is taken as soon as an event arrives.
final class BenchClient implements AutoCloseable {
  private static final AtomicLong KEYS = new AtomicLong();
  private static final String DATA = "data: ";

  private final String path;
  private final Wire post;
  private final Wire stream;

  /// A turn, with times from [System#nanoTime].
  ///
  /// @param key identifies the turn in the requests to the model
  /// @param sent when the message was sent
  /// @param firstText when the first words of the agent arrived
  /// @param idle when the session became idle
  record Turn(String key, long sent, long firstText, long idle) {
    double millis() {
      return (idle - sent) / 1e6;
    }

    /// The time to the first words without the model's own time: what the server under measurement
    /// adds.
    double overheadMillis(BenchModelServer model) {
      var timing = model.take(key);
      return (firstText - sent - (timing.answered() - timing.received())) / 1e6;
    }

    /// The time until the model received the request.
    double wakeMillis(BenchModelServer model) {
      return (model.take(key).received() - sent) / 1e6;
    }
  }

  private BenchClient(String path, Wire post, Wire stream) {
    this.path = path;
    this.post = post;
    this.stream = stream;
  }

  /// Opens both connections. The stream is subscribed when this returns.
  static BenchClient open(Subject subject, String session) throws IOException {
    return new BenchClient(
        "/v1/sessions/" + session + "/events", Wire.to(subject.url()), stream(subject, session));
  }

  /// Opens the stream of a session and reads its first line.
  static Wire stream(Subject subject, String session) throws IOException {
    var wire = Wire.to(subject.url());
    wire.write(
        Http.request(
            "GET", "/v1/sessions/" + session + "/events/stream?event_deltas[]=agent.message", ""));
    if (!Http.isOk(wire.head())) {
      throw new IOException("a stream did not open");
    }
    wire.bodyLine();
    return wire;
  }

  /// Sends a message and waits until the session is idle.
  ///
  /// @param kind `text` or `tool`
  Turn turn(String kind) throws IOException {
    var key = Long.toString(KEYS.incrementAndGet());
    var request = message(kind, key);
    long sent = System.nanoTime();
    post.write(request);
    long firstText = 0;
    while (true) {
      var line = stream.bodyLine();
      if (firstText == 0 && isWords(line)) {
        firstText = System.nanoTime();
      } else if (line.equals("event: session.status_idle")) {
        long idle = System.nanoTime();
        Http.answer(post);
        if (firstText == 0) {
          throw new IOException("a turn ended without a word of the agent");
        }
        return new Turn(key, sent, firstText, idle);
      } else if (line.equals("event: session.error")) {
        throw new IOException("a turn failed: " + stream.bodyLine());
      }
    }
  }

  /// Whether a line, or a frame that begins with it, has words of the agent.
  static boolean isWords(String frame) {
    return frame.startsWith("event: event_delta") || frame.startsWith("event: agent.message");
  }

  /// Runs a text turn and returns what the server sends.
  RecordedTurn recordedTurn(BenchModelServer model) throws IOException {
    var key = Long.toString(KEYS.incrementAndGet());
    post.write(message("text", key));
    var frames = new ArrayList<String>();
    var frame = new StringBuilder();
    while (frames.isEmpty() || !frames.getLast().startsWith("event: session.status_idle")) {
      var line = stream.bodyLine();
      if (!line.isEmpty()) {
        frame.append(line).append('\n');
      } else if (!frame.isEmpty()) {
        frames.add(frame.append('\n').toString());
        frame.setLength(0);
      }
    }
    model.take(key);
    var answer = new String(Http.answer(post), StandardCharsets.UTF_8);
    if (frames.stream().noneMatch(BenchClient::isWords)) {
      throw new IOException("a turn ended without a word of the agent: " + frames);
    }
    return RecordedTurn.of(answer, frames);
  }

  /// Runs a turn in which the model calls `bash`, and returns the output of the command, without
  /// white space at its ends.
  ///
  /// @param command in ASCII, with output in ASCII
  /// @throws IOException if the command fails
  String bash(BenchModelServer model, String command) throws IOException {
    var key = Long.toString(KEYS.incrementAndGet());
    model.call(key, command);
    post.write(message("bash", key));
    var result = "";
    var line = stream.bodyLine();
    while (!line.equals("event: session.status_idle")) {
      if (line.equals("event: agent.tool_result")) {
        result = stream.bodyLine();
      } else if (line.equals("event: session.error")) {
        throw new IOException("a turn failed: " + stream.bodyLine());
      }
      line = stream.bodyLine();
    }
    Http.answer(post);
    model.take(key);
    if (!result.startsWith(DATA) || result.contains("\"is_error\":true")) {
      throw new IOException("a command failed in a sandbox: " + result);
    }
    var content = ((Json.Obj) Json.trusted(result.substring(DATA.length()))).items("content");
    return content.stream()
        .map(block -> String.valueOf(((Json.Obj) block).text("text")))
        .collect(Collectors.joining())
        .strip();
  }

  private byte[] message(String kind, String key) {
    return Http.request(
        "POST",
        path,
        "{\"events\":[{\"type\":\"user.message\",\"content\":[{\"type\":\"text\",\"text\":\""
            + kind
            + " turn #"
            + key
            + ";\"}]}]}");
  }

  /// Sends a message to which the model does not reply, and waits until the turn is durable and the
  /// model has received its request.
  void hold(BenchModelServer model) throws IOException, InterruptedException {
    var key = Long.toString(KEYS.incrementAndGet());
    post.write(message("hold", key));
    Http.answer(post);
    while (!stream.bodyLine().equals("event: span.model_request_start")) {}
    model.awaitHeld(key);
  }

  /// Sends an interrupt to the idle session. It wakes a brain that does not call the model.
  ///
  /// @return the time until the brain has processed the interrupt, in milliseconds
  double wakeMillis() throws IOException {
    var request = Http.request("POST", path, "{\"events\":[{\"type\":\"user.interrupt\"}]}");
    long sent = System.nanoTime();
    post.write(request);
    while (true) {
      var line = stream.bodyLine();
      if (line.startsWith("data: {\"type\":\"user.interrupt\"")
          && !line.contains("\"processed_at\":null")) {
        long taken = System.nanoTime();
        Http.answer(post);
        return (taken - sent) / 1e6;
      }
    }
  }

  @Override
  public void close() {
    post.close();
    stream.close();
  }
}
