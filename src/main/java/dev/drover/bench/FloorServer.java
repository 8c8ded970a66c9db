package dev.drover.bench;

import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.http.Request;
import dev.drover.http.ServerEvents;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/// The floor for most figures: a server with the same routes, libraries and flags that stores
/// nothing. It has no log, no sessions and no keys, and parses only the text of a message. It sends
/// the text to the model, and sends a recorded turn to the stream: the same bytes as Drover, at the
/// same moments, in as few writes as possible.
public final class FloorServer {
  private static final byte[] HEALTHY = Wire.bytes("{}");

  /// Longer than any response of a model server on loopback takes.
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final ServerEvents.Lengths LIMITS =
      new ServerEvents.Lengths(1 << 20, 1 << 20, 1 << 30);

  private final Map<String, BlockingQueue<byte[]>> streams = new ConcurrentHashMap<>();
  private final URI model;
  private final byte[] answer;
  private final byte[] received;
  private final byte[] words;
  private final byte[] rest;
  private final Outbound client = new Outbound(Guard.NONE, PATIENCE);

  private FloorServer(URI model, RecordedTurn turn) {
    this.model = model.resolve("/v1/messages");
    answer = Wire.bytes(turn.answer());
    received = Wire.bytes(turn.received());
    words = Wire.bytes(turn.words());
    rest = Wire.bytes(turn.rest());
  }

  /// Serves until its standard input ends, which happens when its parent process ends.
  ///
  /// @param args the URL of the model server; the file of a [RecordedTurn], or nothing
  public static void main(String[] args) throws IOException {
    var turn = args.length > 1 ? RecordedTurn.read(Path.of(args[1])) : RecordedTurn.SHORTEST;
    var floor = new FloorServer(URI.create(args[0]), turn);
    var server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .addProtocol(Http1Config.builder().validatePrologue(false).build())
            .useNio(false)
            .writeBufferSize(256)
            .connectionOptions(options -> options.tcpNoDelay(true))
            .routing(routing -> routing.any(floor::handle))
            .build()
            .start();
    System.out.println("floor listening on http://127.0.0.1:" + server.port());
    System.in.transferTo(OutputStream.nullOutputStream());
    System.exit(0);
  }

  private void handle(ServerRequest request, ServerResponse response) throws Exception {
    var path = request.prologue().uriPath().rawPath();
    if (path.equals("/health")) {
      response.send(HEALTHY);
    } else if (path.endsWith("/stream")) {
      stream(session(path), response);
    } else {
      var session = session(path);
      var text = text(new String(request.content().as(byte[].class), StandardCharsets.UTF_8));
      Thread.ofVirtual().start(() -> turn(session, text));
      response.header("content-type", "application/json");
      response.send(answer);
    }
  }

  private static String session(String path) {
    return path.split("/", -1)[3];
  }

  private static String text(String body) {
    int from = body.lastIndexOf("\"text\":\"") + 8;
    return body.substring(from, body.indexOf('"', from));
  }

  private void stream(String session, ServerResponse response) throws Exception {
    var items = new LinkedBlockingQueue<byte[]>();
    streams.put(session, items);
    response.header("content-type", "text/event-stream; charset=utf-8");
    try (var out = response.outputStream()) {
      out.write(Wire.bytes(":\n\n"));
      out.flush();
      while (true) {
        out.write(items.take());
        out.flush();
      }
    } finally {
      streams.remove(session, items);
    }
  }

  private void turn(String session, String text) {
    var stream = streams.get(session);
    if (stream == null) {
      return;
    }
    if (received.length > 0) {
      stream.add(received);
    }
    var request =
        Request.of("POST", model)
            .sending(
                "application/json",
                "{\"model\":\"bench-model\",\"max_tokens\":1024,\"messages\":[{\"role\":"
                    + "\"user\",\"content\":\""
                    + text
                    + "\"}],\"stream\":true}");
    try (var response = client.send(request, PATIENCE)) {
      var events =
          new ServerEvents(
              () -> response.body().next(PATIENCE), ServerEvents.Form.STANDARD, LIMITS);
      boolean spoken = false;
      for (var event = events.next(); event != null; event = events.next()) {
        if (!spoken && event.data().contains("text_delta")) {
          spoken = true;
          stream.add(words);
        } else if (event.name().equals("message_stop")) {
          stream.add(rest);
        }
      }
    } catch (IOException e) {
      System.err.println(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
