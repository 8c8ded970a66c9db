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

/// A model's server that answers at once, and remembers when: what is measured without it is what
/// the servers under measurement add. The last message decides: after `tool turn #KEY;` it calls
/// `bash` with `echo hi`, after `hold turn #KEY;` it says nothing to the first who asks, after
/// anything else it says a few words. A thread for each connection.
final class BenchModelServer implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final ServerSocket server;
  private final Set<Wire> open = ConcurrentHashMap.newKeySet();
  private final Map<String, Timing> timings = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private volatile boolean toolFailed;

  /// When the model had the first request of a turn, and when it began to answer, by
  /// [System#nanoTime].
  record Timing(long received, long answered) {}

  BenchModelServer() throws IOException {
    server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("bench-model").start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /// What is known of a turn that was made; forgets it.
  ///
  /// @param key as in its message
  Timing take(String key) {
    var timing = timings.remove(key);
    if (timing == null) {
      throw new IllegalStateException("the model was not asked in turn " + key);
    }
    return timing;
  }

  /// Whether a tool that the model called gave an error.
  boolean toolFailed() {
    return toolFailed;
  }

  /// Waits until somebody has asked in a turn that is to wait.
  ///
  /// @throws IOException if nobody does
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
          continue; // whoever asked waits, until it is killed
        }
        var reply = asked.wantsTool() ? ReplyBytes.TOOL : ReplyBytes.TEXT;
        long answered = System.nanoTime();
        wire.write(reply.first());
        timings.putIfAbsent(asked.key(), new Timing(received, answered));
        wire.write(reply.rest());
      }
    } catch (IOException _) {
      // the client has gone
    } finally {
      open.remove(wire);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException _) {
      // it is gone either way
    }
    open.forEach(Wire::close);
  }
}
