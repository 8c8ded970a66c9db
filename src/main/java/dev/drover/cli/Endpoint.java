package dev.drover.cli;

import dev.drover.base.Secret;
import java.net.URI;

/// A server that accepts requests.
///
/// @param url without a path
/// @param key gives access to every route
/// @param drain takes on no new work, and lets running turns end for a while
/// @param reload reads the operator's policy again
/// @param stop stops the server and releases its resources; called once
public record Endpoint(URI url, Secret key, Drain drain, Runnable reload, Runnable stop)
    implements AutoCloseable {
  /// A server that reads nothing again.
  public Endpoint(URI url, Secret key, Drain drain, Runnable stop) {
    this(url, key, drain, () -> {}, stop);
  }

  /// Waits until all turns have ended, at most as long as the settings allow.
  public interface Drain {
    void run() throws InterruptedException;
  }

  @Override
  public void close() {
    stop.run();
  }
}
