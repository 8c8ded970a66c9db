package dev.drover.http;

import dev.drover.base.BlockStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A stream over the chunks of a body. If its thread is interrupted, it throws an
/// `InterruptedIOException`, and the thread stays interrupted. One thread.
public abstract class ChunkStream extends BlockStream {
  private byte @Nullable [] chunk = {};
  private int at;

  /// The next chunk, never empty; null at the end, and from then on.
  protected abstract byte @Nullable [] next() throws IOException, InterruptedException;

  @Override
  public final int read(byte[] into, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, into.length);
    if (count == 0) {
      return 0;
    }
    if (chunk != null && at == chunk.length) {
      advance();
    }
    if (chunk == null) {
      return -1;
    }
    int read = Math.min(count, chunk.length - at);
    System.arraycopy(chunk, at, into, offset, read);
    at += read;
    return read;
  }

  private void advance() throws IOException {
    try {
      at = 0;
      chunk = next();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
