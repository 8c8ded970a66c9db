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
    if (length == RequestHead.CHUNKED) {
      chunks(passage);
    } else {
      exactly(length, passage);
    }
  }

  private static void exactly(long length, Passage passage) throws IOException {
    for (long left = length; left > 0; ) {
      var some = passage.in().next(left);
      left -= some.remaining();
      passage.send(some);
    }
  }

  /// Sends the chunks on without their extensions, and without trailers.
  private static void chunks(Passage passage) throws IOException {
    var in = passage.in();
    while (true) {
      var line = SIZE.matcher(RequestHead.line(in, SIZE_LINE));
      if (!line.matches()) {
        throw RequestHead.malformed("the size of a chunk is invalid");
      }
      long size = Long.parseLong(line.group(1), 16);
      if (size == 0) {
        break;
      }
      passage.send(ascii(Long.toHexString(size) + "\r\n"));
      exactly(size, passage);
      if (!RequestHead.line(in, 3).isEmpty()) {
        throw RequestHead.malformed("a chunk is longer than its size");
      }
      passage.send(ascii("\r\n"));
    }
    int left = TRAILERS;
    for (var line = RequestHead.line(in, left);
        !line.isEmpty();
        line = RequestHead.line(in, left)) {
      left -= line.length() + 2;
    }
    passage.send(ascii("0\r\n\r\n"));
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
