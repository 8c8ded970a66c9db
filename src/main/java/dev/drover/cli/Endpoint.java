package dev.drover.cli;

import dev.drover.base.Secret;
import java.net.URI;

/// A server that accepts requests.
///
/// @param url without a path
/// @param key opens every route
/// @param drain lets what runs end, for a while, and takes on nothing more
/// @param stop ends the server and gives back what it holds; called once
public record Endpoint(URI url, Secret key, Drain drain, Runnable stop) implements AutoCloseable {
  /// Waits until all has ended, or for as long as the settings say.
  public interface Drain {
    void run() throws InterruptedException;
  }

  @Override
  public void close() {
    stop.run();
  }
}
