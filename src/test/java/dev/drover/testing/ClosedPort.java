package dev.drover.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/// A port at which nobody listens and that nobody else gets: who connects to it is refused.
public final class ClosedPort implements AutoCloseable {
  private final Socket held = new Socket();

  public ClosedPort() throws IOException {
    held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + held.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    held.close();
  }
}
