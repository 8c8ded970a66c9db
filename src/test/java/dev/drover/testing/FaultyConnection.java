package dev.drover.testing;

import dev.drover.base.Scope;
import dev.drover.testing.FaultProxy.Direction;
import java.io.IOException;
import java.net.Socket;

/// One client's connection through a [FaultProxy].
final class FaultyConnection {
  private static final int PORTION = 16 * 1024;

  private final FaultProxy proxy;
  private final Socket client;
  private final Socket server;
  private final Answers answers;

  FaultyConnection(FaultProxy proxy, Socket client, Socket server, Answers answers) {
    this.proxy = proxy;
    this.client = client;
    this.server = server;
    this.answers = answers;
  }

  /// Returns when both sides have said all, or one of them has gone.
  void run() throws InterruptedException, IOException {
    try (var scope = new Scope()) {
      var there =
          scope.fork(
              () -> {
                copy(Direction.TO_SERVER, client, server);
                return null;
              });
      copy(Direction.TO_CLIENT, server, client);
      there.join();
    }
    client.setSoLinger(false, 0); // both have ended well: no reset
  }

  private void copy(Direction direction, Socket from, Socket to) throws InterruptedException {
    try {
      var bytes = new byte[PORTION];
      var in = from.getInputStream();
      var out = to.getOutputStream();
      for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
        if (direction == Direction.TO_SERVER) {
          answers.asked(bytes, length);
        }
        proxy.gate(direction);
        int passed = direction == Direction.TO_SERVER ? length : answers.answered(bytes, length);
        out.write(bytes, 0, passed);
        if (passed < length) {
          reset();
          return;
        }
      }
      proxy.gate(direction);
      to.shutdownOutput();
    } catch (IOException _) {
      reset();
    }
  }

  /// Breaks it off: both sides are told at once, though not in words.
  void reset() {
    reset(client);
    reset(server);
  }

  private static void reset(Socket socket) {
    try (socket) {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0);
      }
    } catch (IOException _) {
      // it is closed already
    }
  }
}
