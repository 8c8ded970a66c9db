package dev.drover.http;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The body of a response as a stream. [#close] closes the response. One thread.
final class IncomingStream extends ChunkStream {
  /// How long to wait for the end, so that the connection can be used again.
  private static final Duration AFTERWARDS = Duration.ofMillis(50);

  private final Response response;
  private final Duration patience;

  IncomingStream(Response response, Duration patience) {
    this.response = response;
    this.patience = patience;
  }

  @Override
  protected byte @Nullable [] next() throws IOException, InterruptedException {
    return response.body().next(patience);
  }

  /// A reader who knows the length may stop before the end was seen.
  @Override
  public void close() {
    try {
      response.body().drain(AFTERWARDS, 1);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      response.close();
    }
  }
}
