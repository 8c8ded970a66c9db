package dev.drover.web;

import dev.drover.http.ChunkStream;
import dev.drover.http.Incoming;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The body of a response as a stream with a deadline and a maximum length. One thread.
final class WireBody extends ChunkStream {
  private final Incoming body;
  private final long deadline;
  private long left;

  /// @param deadline in the time of [System#nanoTime]
  /// @param most the maximum length in bytes; a longer body ends there
  WireBody(Incoming body, long deadline, long most) {
    this.body = body;
    this.deadline = deadline;
    this.left = most;
  }

  @Override
  protected byte @Nullable [] next() throws IOException, InterruptedException {
    if (left <= 0) {
      return null;
    }
    var chunk = body.next(Duration.ofNanos(deadline - System.nanoTime()));
    if (chunk != null && chunk.length > left) {
      chunk = Arrays.copyOf(chunk, Math.toIntExact(left));
    }
    left -= chunk == null ? left : chunk.length;
    return chunk;
  }
}
