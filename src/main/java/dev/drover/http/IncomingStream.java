package dev.drover.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of a response as a stream. If its thread is interrupted, it throws an
/// `InterruptedIOException`, and the thread stays interrupted. [#close] closes the response. One
/// thread.
final class IncomingStream extends InputStream {
  /// How long to wait for the end, so that the connection can be used again.
  private static final Duration AFTERWARDS = Duration.ofMillis(50);

  private final Response response;
  private final Duration patience;
  private byte @Nullable [] chunk = {};
  private int at;

  IncomingStream(Response response, Duration patience) {
    this.response = response;
    this.patience = patience;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, into.length);
    if (count == 0) {
      return 0;
    }
    if (chunk != null && at == chunk.length) {
      next();
    }
    if (chunk == null) {
      return -1;
    }
    int read = Math.min(count, chunk.length - at);
    System.arraycopy(chunk, at, into, offset, read);
    at += read;
    return read;
  }

  private void next() throws IOException {
    try {
      at = 0;
      chunk = response.body().next(patience);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
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
