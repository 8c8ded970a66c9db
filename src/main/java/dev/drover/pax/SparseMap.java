package dev.drover.pax;

import java.io.IOException;
import java.io.InputStream;

/// The numbers before the data of a sparse file.
final class SparseMap {
  private final InputStream in;
  private final long most;
  private long read;

  /// @param most the size of the map and the data together
  SparseMap(InputStream in, long most) {
    this.in = in;
    this.most = most;
  }

  long number() throws IOException {
    long value = 0;
    for (int digits = 0; ; digits++) {
      int b = next();
      if (b == '\n' && digits > 0) {
        return value;
      }
      if (b < '0' || b > '9' || digits == 18) {
        throw new PaxRefused("the archive has a sparse file with an invalid map");
      }
      value = value * 10 + (b - '0');
    }
  }

  /// Reads to the end of the last block of the map.
  void end() throws IOException {
    while (read % PaxHeaders.BLOCK != 0) {
      next();
    }
  }

  /// The number of bytes that were read.
  long read() {
    return read;
  }

  private int next() throws IOException {
    if (read == most) {
      throw new PaxRefused("the archive has a sparse file with an invalid map");
    }
    int b = in.read();
    if (b < 0) {
      throw new PaxRefused("the archive ends too early");
    }
    read++;
    return b;
  }
}
