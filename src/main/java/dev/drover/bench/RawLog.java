package dev.drover.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/// The floor of durable appends: a raw file. One thread writes the bytes of all waiting callers and
/// syncs them once. It has no index, no sessions, and cannot be read.
final class RawLog implements AutoCloseable {
  private static final Append END = new Append(new byte[0]);

  private final LinkedBlockingQueue<Append> waiting = new LinkedBlockingQueue<>();
  private final FileChannel channel;
  private final Thread thread;

  private static final class Append {
    private final byte[] bytes;
    private final CountDownLatch durable = new CountDownLatch(1);

    Append(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  RawLog(Path file) throws IOException {
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    thread = Thread.ofPlatform().daemon().name("bench-raw-log").start(this::work);
  }

  /// Appends bytes, which are durable when this returns. Safe for many threads.
  void append(byte[] bytes) throws InterruptedException {
    var append = new Append(bytes);
    waiting.add(append);
    append.durable.await();
  }

  private void work() {
    try {
      while (true) {
        var batch = new ArrayList<Append>(List.of(waiting.take()));
        waiting.drainTo(batch);
        boolean last = batch.remove(END);
        write(batch);
        batch.forEach(append -> append.durable.countDown());
        if (last) {
          return;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(List<Append> batch) throws IOException {
    var all = ByteBuffer.allocate(batch.stream().mapToInt(append -> append.bytes.length).sum());
    batch.forEach(append -> all.put(append.bytes));
    all.flip();
    while (all.hasRemaining()) {
      channel.write(all);
    }
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    waiting.add(END);
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    channel.close();
  }
}
