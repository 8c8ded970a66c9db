package dev.drover.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// The body of a request, which is sent on to its end and not a byte further.
final class ForwardedBody {
  private static final int SIZE_LINE = 4 * 1024;
  private static final int TRAILERS = 16 * 1024;
  private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]{1,15})[ \t]*(;.*)?");

  private ForwardedBody() {}

  /// @param length or [RequestHead#CHUNKED]
  static void copy(long length, Passage passage) throws IOException {
    if (length != RequestHead.CHUNKED) {
      exactly(length, passage, passage::send);
      return;
    }
    // without the extensions of chunks, and without trailers
    chunks(
        passage,
        size -> {
          passage.send(ascii(Long.toHexString(size) + "\r\n"));
          exactly(size, passage, passage::send);
          passage.send(ascii("\r\n"));
        });
    passage.send(ascii("0\r\n\r\n"));
  }

  /// Reads a body to its end, without what says how long it is.
  ///
  /// @param length or [RequestHead#CHUNKED]
  static void read(long length, Passage passage, Replacer.Sink sink) throws IOException {
    if (length != RequestHead.CHUNKED) {
      exactly(length, passage, sink);
      return;
    }
    chunks(passage, size -> exactly(size, passage, sink));
  }

  private static void exactly(long length, Passage passage, Replacer.Sink sink) throws IOException {
    for (long left = length; left > 0; ) {
      var some = passage.in().next(left);
      left -= some.remaining();
      sink.accept(some);
    }
  }

  private interface Chunk {
    void read(long size) throws IOException;
  }

  private static void chunks(Passage passage, Chunk each) throws IOException {
    var in = passage.in();
    for (long size = chunkSize(in, false); size > 0; size = chunkSize(in, true)) {
      each.read(size);
    }
  }

  /// Reads the head of the next chunk; at the last one, also the end of the body.
  ///
  /// @param follows whether a chunk was read before
  /// @return the number of bytes that follow; 0 at the end of the body
  static long chunkSize(PeekedStream in, boolean follows) throws IOException {
    if (follows && !RequestHead.line(in, 3).isEmpty()) {
      throw RequestHead.malformed("a chunk is longer than its size");
    }
    var line = SIZE.matcher(RequestHead.line(in, SIZE_LINE));
    if (!line.matches()) {
      throw RequestHead.malformed("the size of a chunk is invalid");
    }
    long size = Long.parseLong(line.group(1), 16);
    if (size > 0) {
      return size;
    }
    int left = TRAILERS;
    for (var trailer = RequestHead.line(in, left);
        !trailer.isEmpty();
        trailer = RequestHead.line(in, left)) {
      left -= trailer.length() + 2;
    }
    return 0;
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
