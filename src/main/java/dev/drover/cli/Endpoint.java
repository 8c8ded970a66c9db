package dev.drover.cli;

import dev.drover.base.Secret;
import java.net.URI;

/// A server that accepts requests.
///
/// @param url without a path
/// @param key opens every route
/// @param stop ends the server and gives back what it holds; called once
public record Endpoint(URI url, Secret key, Runnable stop) implements AutoCloseable {
  @Override
  public void close() {
    stop.run();
  }
}
