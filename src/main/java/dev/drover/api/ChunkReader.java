package dev.drover.api;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The reader of a connection's bytes for the protocol library. The library rejects chunk
/// extensions and trailers, and does not check the end of a chunk: this class skips extensions and
/// trailers, up to a limit, and checks the end of each chunk. The library calls [#readLine] only to
/// read chunks. Not safe for concurrent use.
final class ChunkReader extends DataReader {
  /// The maximum length of the line with a chunk's size and extensions, in bytes.
  static final int MAX_SIZE_LINE = 4 * 1024;

  /// The maximum length of all trailers together, in bytes.
  static final int MAX_TRAILERS = 16 * 1024;

  private enum Next {
    SIZE,
    DATA,
    TRAILERS
  }

  private Next next = Next.SIZE;

  /// @param bytes supplies the bytes; null at the end of the connection
  @SuppressWarnings("removal") // the library offers no other way to extend its reader
  ChunkReader(Supplier<byte @Nullable []> bytes) {
    super(bytes);
  }

  /// Returns the size of the next chunk, without extensions; after the last chunk, an empty line in
  /// place of the trailers.
  @Override
  public String readLine() {
    if (next == Next.TRAILERS) {
      skipTrailers();
      next = Next.SIZE;
      return "";
    }
    var line = line(MAX_SIZE_LINE);
    int semicolon = line.indexOf(';');
    var size = semicolon < 0 ? line : line.substring(0, semicolon).stripTrailing();
    next = size.chars().allMatch(digit -> digit == '0') ? Next.TRAILERS : Next.DATA;
    return size;
  }

  @Override
  public BufferData readBuffer(int length) {
    var data = super.readBuffer(length);
    if (next == Next.DATA) {
      next = Next.SIZE;
      if (!startsWithNewLine()) {
        throw new IncorrectNewLineException("a chunk is longer than its size");
      }
    }
    return data;
  }

  private void skipTrailers() {
    int left = MAX_TRAILERS;
    for (var line = line(left); !line.isEmpty(); line = line(left)) {
      if (line.indexOf(':') < 1) {
        throw new IncorrectNewLineException("a trailer has no name");
      }
      left -= line.length() + 2;
    }
  }

  private String line(int most) {
    int length = most <= 0 ? most : findNewLine(most);
    if (length == most) {
      throw new IncorrectNewLineException("a line of a chunked body is too long");
    }
    var line = readAsciiString(length);
    skip(2);
    return line;
  }
}
