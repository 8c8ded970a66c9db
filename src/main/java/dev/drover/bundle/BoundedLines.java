package dev.drover.bundle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// The lines of a stream, which is not trusted. Not safe for concurrent use.
final class BoundedLines {
  private final InputStream in;
  private final int most;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int end;

  /// @param most the maximum length of a line, in bytes
  BoundedLines(InputStream in, int most) {
    this.in = in;
    this.most = most;
  }

  /// The next line without its line feed; empty at the end.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a line that is too long, or that does
  ///   not end with a line feed
  Optional<byte[]> next() throws IOException {
    var line = new ByteArrayOutputStream();
    while (fill()) {
      int from = at;
      while (at < end && buffer[at] != '\n') {
        at++;
      }
      line.write(buffer, from, at - from);
      if (line.size() > most) {
        throw BundleFormat.refused("an event is larger than " + (most >> 20) + " MiB");
      }
      if (at < end) {
        at++;
        return Optional.of(line.toByteArray());
      }
    }
    if (line.size() > 0) {
      throw BundleFormat.refused("the last line of " + BundleFormat.EVENTS + " is incomplete");
    }
    return Optional.empty();
  }

  /// Whether there are bytes in the buffer.
  private boolean fill() throws IOException {
    if (at == end) {
      at = 0;
      end = Math.max(0, in.read(buffer, 0, buffer.length));
    }
    return at < end;
  }
}
