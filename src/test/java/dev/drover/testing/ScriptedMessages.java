package dev.drover.testing;

import dev.drover.base.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// A real Messages server on the loopback interface that does what its scripts say, one script for
/// each request in the order of arrival. Remembers every request. Safe for many threads; every wait
/// ends after [#PATIENCE_SECONDS] with an [AssertionError].
public final class ScriptedMessages implements AutoCloseable {
  static final int PATIENCE_SECONDS = 20;

  private final ServerSocket server;
  private final Set<ScriptedConnection> open = new HashSet<>();
  private final List<Request> requests = new ArrayList<>();
  private final Deque<Script> scripts = new ArrayDeque<>();
  private final List<Thread> threads = new ArrayList<>();
  private Function<Request, Script> otherwise =
      request ->
          Script.status(400, "invalid_request_error", "no script for request " + request.number);
  private int connections;
  private boolean closed;

  /// One request as it came.
  ///
  /// @param number from 1
  /// @param connection from 1; requests on one connection have the same
  /// @param headers names in lower case
  public record Request(
      int number,
      int connection,
      String method,
      String path,
      Map<String, String> headers,
      Json.Obj body,
      CountDownLatch gone) {

    /// Waits until the client has closed the connection that this came on.
    public void awaitDisconnect() throws InterruptedException {
      if (!gone.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the client still holds the connection of request " + number);
      }
    }
  }

  private ScriptedMessages(ServerSocket server) {
    this.server = server;
  }

  public static ScriptedMessages start() {
    try {
      var messages =
          new ScriptedMessages(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
      messages.threads.add(Thread.ofVirtual().start(messages::accept));
      return messages;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where it listens: the base URL, without `/v1/messages`.
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /// Queues scripts for the next requests.
  public synchronized ScriptedMessages script(Script... next) {
    scripts.addAll(List.of(next));
    return this;
  }

  /// Drops the scripts that no request has taken.
  public synchronized void unscript() {
    scripts.clear();
  }

  /// Queues a plain text reply.
  public ScriptedMessages says(String... pieces) {
    return script(Script.reply().text(pieces));
  }

  /// What to do with requests that find no script queued. Called by many threads at once.
  public synchronized ScriptedMessages otherwise(Function<Request, Script> responder) {
    otherwise = responder;
    return this;
  }

  /// Waits for the `number`th request, from 1.
  public synchronized Request request(int number) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (requests.size() < number) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "request " + number + " did not come; there were " + requests.size());
      }
      wait(left);
    }
    return requests.get(number - 1);
  }

  /// All requests so far.
  public synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  /// How many connections clients have made so far.
  public synchronized int connections() {
    return connections;
  }

  /// Forgets the requests so far, for tests that make very many.
  public synchronized void forget() {
    requests.clear();
  }

  private void accept() {
    while (true) {
      try {
        begin(server.accept());
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private synchronized void begin(Socket socket) throws IOException {
    if (closed) {
      socket.close();
      return;
    }
    var connection = new ScriptedConnection(this, socket, ++connections);
    open.add(connection);
    threads.removeIf(thread -> !thread.isAlive());
    threads.add(Thread.ofVirtual().start(connection));
  }

  synchronized void ended(ScriptedConnection connection) {
    open.remove(connection);
  }

  /// Takes a request in and says what to do with it.
  Script received(
      int connection,
      String method,
      String path,
      Map<String, String> headers,
      Json.Obj body,
      CountDownLatch gone) {
    Request request;
    Function<Request, Script> responder;
    synchronized (this) {
      request = new Request(requests.size() + 1, connection, method, path, headers, body, gone);
      requests.add(request);
      notifyAll();
      if (!scripts.isEmpty()) {
        return scripts.remove();
      }
      responder = otherwise;
    }
    return responder.apply(request);
  }

  /// Cuts every connection and waits until all threads have ended.
  @Override
  public void close() {
    List<Thread> running;
    synchronized (this) {
      closed = true;
      running = List.copyOf(threads);
      List.copyOf(open).forEach(ScriptedConnection::cut);
    }
    try {
      server.close();
      for (var thread : running) {
        if (!thread.join(Duration.ofSeconds(PATIENCE_SECONDS))) {
          throw new AssertionError("a thread of the scripted server does not end");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
