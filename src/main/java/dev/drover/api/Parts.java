package dev.drover.api;

import dev.drover.base.BlockStream;
import dev.drover.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The reader of a `multipart/form-data` body. It passes on one part at a time, as a stream, and
/// holds only a buffer in memory. What precedes the first part and follows the last one is read and
/// ignored. Not safe for concurrent use.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc7578">RFC 7578</a> and <a
///   href="https://www.rfc-editor.org/rfc/rfc2046#section-5.1">RFC 2046, 5.1</a>
final class Parts {
  /// The maximum length of the headers of a part, in bytes.
  static final int MAX_HEADERS = 16 * 1024;

  private static final int BUFFER = 64 * 1024;

  /// The maximum length of the blanks after a delimiter, in bytes.
  private static final int MAX_PADDING = 256;

  private final InputStream in;
  private final int most;

  /// What ends a part: a line break, two hyphens and the boundary.
  private final byte[] delimiter;

  /// The bytes from `start` to `end` were read and not passed on; those before `clear` are known to
  /// be content.
  private final byte[] buffer = new byte[BUFFER];

  private int start;
  private int clear;
  private int end;
  private int count;
  private boolean over;
  private @Nullable Content content;

  /// @param contentType the header of the request
  /// @param in the body; not closed by this reader
  /// @param most the maximum number of parts
  /// @throws Problem `INVALID_REQUEST` if the header is not that of a form with a boundary
  Parts(@Nullable String contentType, InputStream in, int most) {
    this.in = in;
    this.most = most;
    var boundary = PartHeaders.boundary(contentType);
    delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
  }

  /// One part of the form.
  ///
  /// @param name the name of the field
  /// @param filename the name of the file, as it was sent; empty for a plain field
  /// @param contentType the media type; empty if the part has none
  /// @param content can be read until the next part is requested; throws a `Problem`
  ///   `INVALID_REQUEST` if the body ends within the part
  record Part(
      String name, Optional<String> filename, Optional<String> contentType, InputStream content) {}

  /// The next part; empty after the last one. What is left of the previous part is skipped.
  ///
  /// @throws Problem `INVALID_REQUEST` if the body is malformed or has too many parts
  Optional<Part> next() throws IOException {
    if (over) {
      return Optional.empty();
    }
    if (content == null) {
      skipPreamble();
    } else {
      content.skipRest();
    }
    if (isLast()) {
      over = true;
      in.transferTo(OutputStream.nullOutputStream());
      return Optional.empty();
    }
    if (++count > most) {
      throw Problem.invalid("The multipart body has more than " + most + " parts");
    }
    var headers = PartHeaders.read(headers());
    content = new Content();
    return Optional.of(
        new Part(headers.name(), headers.filename(), headers.contentType(), content));
  }

  /// The first delimiter may be at the start of the body, without a line break before it.
  private void skipPreamble() throws IOException {
    int length = delimiter.length - 2;
    if (fill(length) >= length
        && Arrays.equals(buffer, start, start + length, delimiter, 2, delimiter.length)) {
      start += length;
    } else {
      new Content().skipRest();
    }
  }

  /// Reads the rest of a delimiter's line.
  ///
  /// @return whether the delimiter was the last one
  private boolean isLast() throws IOException {
    if (fill(2) >= 2 && buffer[start] == '-' && buffer[start + 1] == '-') {
      return true;
    }
    for (int padding = 0; padding <= MAX_PADDING; padding++) {
      int next = read();
      if (next == '\r' && read() == '\n') {
        return false;
      }
      if (next != ' ' && next != '\t') {
        break;
      }
    }
    throw Problem.invalid("A boundary of the multipart body does not end its line");
  }

  /// The header lines of a part, without the empty line that ends them.
  private byte[] headers() throws IOException {
    var bytes = new byte[MAX_HEADERS];
    for (int length = 0; length < MAX_HEADERS; ) {
      bytes[length++] = (byte) read();
      boolean none = length == 2 && endsWith(bytes, 2, "\r\n");
      if (none || endsWith(bytes, length, "\r\n\r\n")) {
        return Arrays.copyOf(bytes, length - 2);
      }
    }
    throw Problem.invalid(
        "The headers of a part of the multipart body are longer than " + MAX_HEADERS + " bytes");
  }

  private static boolean endsWith(byte[] bytes, int length, String end) {
    int from = length - end.length();
    for (int i = 0; i < end.length(); i++) {
      if (from < 0 || bytes[from + i] != end.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int read() throws IOException {
    if (fill(1) < 1) {
      throw cut();
    }
    return buffer[start++] & 0xff;
  }

  private Problem cut() {
    return Problem.invalid(
        count == 0
            ? "The multipart body does not contain its boundary."
            : "The multipart body ends within a part.");
  }

  /// Reads until the buffer holds at least this many bytes, or the body ends.
  ///
  /// @return the number of bytes in the buffer
  private int fill(int needed) throws IOException {
    if (end - start < needed) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
      clear = 0;
      for (int read = 0; end < needed && read >= 0; end += Math.max(read, 0)) {
        read = in.read(buffer, end, buffer.length - end);
      }
    }
    return end - start;
  }

  /// The content of the current part, up to the next delimiter.
  private final class Content extends BlockStream {
    private boolean ended;

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, into.length);
      if (length == 0) {
        return 0;
      }
      int ready = ready();
      if (ready == 0) {
        return -1;
      }
      int taken = Math.min(ready, length);
      System.arraycopy(buffer, start, into, offset, taken);
      start += taken;
      return taken;
    }

    /// The number of bytes in the buffer that belong to the part; 0 at its end.
    private int ready() throws IOException {
      if (ended) {
        return 0;
      }
      if (clear <= start) {
        boolean whole = fill(delimiter.length) >= delimiter.length;
        clear = delimiterFrom(start);
        if (clear == start) {
          if (!whole) {
            throw cut();
          }
          start += delimiter.length;
          ended = true;
          return 0;
        }
      }
      return clear - start;
    }

    /// The position of the next delimiter in the buffer, or of its beginning at the buffer's end;
    /// the buffer's end if there is neither.
    private int delimiterFrom(int from) {
      for (int i = from; i < end; i++) {
        int length = Math.min(delimiter.length, end - i);
        if (buffer[i] == '\r' && Arrays.equals(buffer, i, i + length, delimiter, 0, length)) {
          return i;
        }
      }
      return end;
    }

    private void skipRest() throws IOException {
      for (int ready = ready(); ready > 0; ready = ready()) {
        start += ready;
      }
    }
  }
}
