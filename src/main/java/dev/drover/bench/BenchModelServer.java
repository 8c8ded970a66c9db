package dev.drover.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A model server that replies at once and records the times of its requests and replies. The time
/// between them is subtracted, so that only the overhead of the server under measurement is left.
/// The last message decides the reply: after `tool turn #KEY;`, it calls `bash` with `echo hi`;
/// after `bash turn #KEY;`, with the command of that turn; after `hold turn #KEY;`, it does not
/// reply to the first request; after any other message, it replies with a short text. Each
/// connection has its own thread.
final class BenchModelServer implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final ServerSocket server;
  private final Set<Wire> open = ConcurrentHashMap.newKeySet();
  private final Map<String, Timing> timings = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private final Map<String, ReplyBytes> calls = new ConcurrentHashMap<>();
  private volatile boolean toolFailed;

  /// When the model received the first request of a turn, and when it began to reply, by
  /// [System#nanoTime].
  record Timing(long received, long answered) {}

  BenchModelServer() throws IOException {
    server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("bench-model").start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /// Returns the times of a turn and removes them.
  ///
  /// @param key the key in the message of the turn
  Timing take(String key) {
    var timing = timings.remove(key);
    if (timing == null) {
      throw new IllegalStateException("the model was not asked in turn " + key);
    }
    return timing;
  }

  /// Sets the command of a `bash` turn.
  ///
  /// @param key the key in the message of the turn
  /// @param command in ASCII
  void call(String key, String command) {
    calls.put(key, ReplyBytes.tool(command));
  }

  /// Whether a tool that the model called in a `tool` turn returned an error.
  boolean toolFailed() {
    return toolFailed;
  }

  /// Waits for the request of a `hold` turn.
  ///
  /// @throws IOException if there is no request in time
  void awaitHeld(String key) throws IOException, InterruptedException {
    if (!latch(key).await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("the model was not asked in turn " + key);
    }
  }

  private CountDownLatch latch(String key) {
    return held.computeIfAbsent(key, _ -> new CountDownLatch(1));
  }

  private void accept() {
    while (true) {
      try {
        var wire = Wire.of(server.accept());
        open.add(wire);
        Thread.ofPlatform().daemon().name("bench-model").start(() -> serve(wire));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void serve(Wire wire) {
    try (wire) {
      while (!wire.head().isEmpty()) {
        var body = wire.body();
        long received = System.nanoTime();
        var asked = RequestedTurn.of(body);
        toolFailed |= asked.toolFailed();
        if (asked.waits() && latch(asked.key()).getCount() > 0) {
          latch(asked.key()).countDown();
          continue; // the server gets no reply until it is killed
        }
        var reply =
            asked.wantsTool() ? calls.getOrDefault(asked.key(), ReplyBytes.TOOL) : ReplyBytes.TEXT;
        long answered = System.nanoTime();
        wire.write(reply.first());
        timings.putIfAbsent(asked.key(), new Timing(received, answered));
        wire.write(reply.rest());
      }
    } catch (IOException _) {
      // the client has disconnected
    } finally {
      open.remove(wire);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException _) {
      // nothing is left to close
    }
    open.forEach(Wire::close);
  }
}
