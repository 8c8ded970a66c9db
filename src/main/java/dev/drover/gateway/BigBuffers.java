package dev.drover.gateway;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Large buffers for the connections that carry much at the moment; the others do without. Safe for
/// many threads.
final class BigBuffers {
  private static final int SIZE = 256 * 1024;
  private static final int MOST = 64;

  private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();
  private final AtomicInteger made = new AtomicInteger();

  /// A buffer, or null if all are in use.
  @Nullable ByteBuffer take() {
    var buffer = free.poll();
    if (buffer == null && made.get() < MOST && made.incrementAndGet() <= MOST) {
      return ByteBuffer.allocateDirect(SIZE);
    }
    return buffer;
  }

  void give(ByteBuffer buffer) {
    free.add(buffer);
  }
}
