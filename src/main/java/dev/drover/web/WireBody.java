package dev.drover.web;

import dev.drover.http.Incoming;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of a response as a stream with a deadline and a maximum length, whatever its chunks. If
/// its thread is interrupted, it throws an `InterruptedIOException`. One thread.
final class WireBody extends InputStream {
  private final Incoming body;
  private final long deadline;
  private long left;
  private byte @Nullable [] chunk = {};
  private int at;

  /// @param deadline in the time of [System#nanoTime]
  /// @param most the maximum length in bytes; a longer body ends there
  WireBody(Incoming body, long deadline, long most) {
    this.body = body;
    this.deadline = deadline;
    this.left = most;
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
    if (chunk == null || left <= 0) {
      return -1;
    }
    int read = (int) Math.min(Math.min(count, chunk.length - at), left);
    System.arraycopy(chunk, at, into, offset, read);
    at += read;
    left -= read;
    return read;
  }

  private void next() throws IOException {
    try {
      at = 0;
      chunk = body.next(Duration.ofNanos(deadline - System.nanoTime()));
    } catch (InterruptedException e) {
      var interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    }
  }
}
