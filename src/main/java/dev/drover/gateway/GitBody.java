package dev.drover.gateway;

import java.io.IOException;
import java.io.InputStream;

/// The body of a request of a program in a sandbox, as a stream that ends with it. What is read is
/// counted as sent. One thread.
final class GitBody extends InputStream {
  private final Passage passage;
  private final boolean chunked;
  private long left;
  private boolean begun;
  private boolean ended;

  /// @param length or [RequestHead#CHUNKED]
  GitBody(Passage passage, long length) {
    this.passage = passage;
    this.chunked = length == RequestHead.CHUNKED;
    this.left = chunked ? 0 : length;
    this.ended = length == 0;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int most) throws IOException {
    if (most == 0) {
      return 0;
    }
    if (left == 0 && !ended) {
      next();
    }
    if (ended) {
      return -1;
    }
    var some = passage.in().next(Math.min(left, most));
    int count = some.remaining();
    passage.countSent(count);
    some.get(to, offset, count);
    left -= count;
    ended = left == 0 && !chunked;
    return count;
  }

  /// Reads the head of the next chunk.
  private void next() throws IOException {
    left = ForwardedBody.chunkSize(passage.in(), begun);
    begun = true;
    ended = left == 0;
  }
}
