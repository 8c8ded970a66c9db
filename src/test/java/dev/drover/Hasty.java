package dev.drover;

import dev.drover.brain.Retries;
import dev.drover.model.http.ModelHost;
import dev.drover.model.http.Timeouts;

/// A server that retries model requests, and gives up on them, as a test says.
final class Hasty extends Wiring {
  private final Retries retries;
  private final Timeouts timeouts;

  Hasty(Retries retries, Timeouts timeouts) {
    this.retries = retries;
    this.timeouts = timeouts;
  }

  @Override
  Retries retries(Config config) {
    return retries;
  }

  @Override
  Timeouts timeouts(ModelHost host) {
    return timeouts;
  }
}
