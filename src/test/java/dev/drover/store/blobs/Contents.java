package dev.drover.store.blobs;

import dev.drover.base.Scope;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;

/// Contents of tests, and streams that misbehave.
final class Contents {
  private Contents() {}

  static byte[] random(int size) {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  static InputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  static byte[] read(Blobs blobs, BlobId id) throws IOException, InterruptedException {
    try (var in = blobs.get(id).orElseThrow()) {
      return in.readAllBytes();
    }
  }

  static List<Blob> all(Blobs blobs) throws InterruptedException {
    var all = new ArrayList<Blob>();
    blobs.storedBefore(Instant.MAX, all::add);
    return all;
  }

  @FunctionalInterface
  interface Act {
    void run() throws Exception;
  }

  /// Does `act` in the midst of a content: after `size` bytes, instead of the end.
  static InputStream then(int size, Act act) {
    return new InputStream() {
      private final InputStream first = stream(random(size));

      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] into, int offset, int count) throws IOException {
        int read = first.read(into, offset, count);
        if (read < 0) {
          try {
            act.run();
          } catch (IOException | RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
        return read;
      }
    };
  }

  /// Returns at most `most` bytes at a time.
  static InputStream slow(byte[] bytes, int most) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int offset, int count) {
        return super.read(into, offset, Math.min(count, most));
      }
    };
  }

  /// A content without an end, which knows how much of it was read.
  static final class Endless extends InputStream {
    long taken;

    @Override
    public int read() {
      taken++;
      return 'x';
    }

    @Override
    public int read(byte[] into, int offset, int count) {
      taken += count;
      return count;
    }
  }

  /// Runs `body` on `count` threads at once, and returns what each returned.
  static <T> List<T> together(int count, Callable<T> body) throws InterruptedException {
    try (var scope = new Scope()) {
      var tasks = new ArrayList<Scope.Task<T>>();
      for (int n = 0; n < count; n++) {
        tasks.add(scope.fork(body));
      }
      var results = new ArrayList<T>();
      for (var task : tasks) {
        results.add(task.join());
      }
      return results;
    }
  }
}
