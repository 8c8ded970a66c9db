package dev.drover.base;

import java.io.IOException;
import java.io.InputStream;

/// An input stream whose subclasses read blocks; a single byte is a block of one.
public abstract class BlockStream extends InputStream {
  @Override
  public abstract int read(byte[] bytes, int from, int length) throws IOException;

  @Override
  public final int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }
}
