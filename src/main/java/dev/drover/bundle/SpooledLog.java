package dev.drover.bundle;

import dev.drover.base.BlockStream;
import dev.drover.session.Stored;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;

/// The lines of [BundleLine#write] in a temporary file.
///
/// @param count the number of events
record SpooledLog(FileChannel file, long count) {
  Iterator<Stored> events() {
    var lines =
        new BufferedReader(new InputStreamReader(new Content(file), StandardCharsets.UTF_8));
    return new Iterator<>() {
      private long position;

      @Override
      public boolean hasNext() {
        return position < count;
      }

      @Override
      public Stored next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        position++;
        return BundleLine.read(position, line(lines));
      }
    };
  }

  private static String line(BufferedReader lines) {
    try {
      var line = lines.readLine();
      if (line == null) {
        throw new IllegalStateException("the temporary file is incomplete");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The content of a file from its beginning, whatever the position of the channel.
  private static final class Content extends BlockStream {
    private final FileChannel file;
    private long at;

    Content(FileChannel file) {
      this.file = file;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int n = file.read(ByteBuffer.wrap(bytes, from, length), at);
      at += Math.max(0, n);
      return n;
    }
  }
}
