package dev.drover.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// A port of the loopback address for a server that is stopped and started again.
final class FreePort {
  private FreePort() {}

  /// None that the kernel hands out by itself: while the server is stopped, nobody else gets it,
  /// and nobody who tries to connect to it meets himself.
  static int any() throws IOException {
    for (int tries = 0; tries < 100; tries++) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
      try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException _) {
        // taken
      }
    }
    throw new IOException("no port is free");
  }
}
