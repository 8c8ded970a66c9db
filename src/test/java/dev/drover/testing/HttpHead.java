package dev.drover.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What comes before the body of an HTTP/1.1 request or answer, and tells how long that is.
///
/// @param first the request line or the status line
/// @param fields the header lines as they came
record HttpHead(String first, List<String> fields) {
  private static final int MAX_LINE = 64 * 1024;
  private static final int MAX_FIELDS = 200;
  private static final int PORTION = 16 * 1024;

  /// @return null at the end of the stream
  static @Nullable HttpHead read(InputStream in) throws IOException {
    in.mark(1);
    if (in.read() < 0) {
      return null;
    }
    in.reset();
    var first = line(in);
    var fields = new ArrayList<String>();
    for (var line = line(in); !line.isEmpty() && fields.size() < MAX_FIELDS; line = line(in)) {
      fields.add(line);
    }
    return new HttpHead(first, List.copyOf(fields));
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || line.size() > MAX_LINE) {
        throw new EOFException("a line without an end");
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private @Nullable String get(String name) {
    for (var field : fields) {
      if (isNamed(field, name)) {
        return field.substring(name.length() + 1).strip();
      }
    }
    return null;
  }

  private static boolean isNamed(String field, String name) {
    return field.regionMatches(true, 0, name + ":", 0, name.length() + 1);
  }

  private boolean isChunked() {
    return "chunked".equalsIgnoreCase(get("Transfer-Encoding"));
  }

  /// Whether it tells where the body ends.
  boolean hasLength() {
    return isChunked() || get("Content-Length") != null;
  }

  /// Whether it is an answer before the answer.
  boolean isInterim() {
    return first.startsWith("HTTP/1.1 1");
  }

  /// Whether it is an answer without a body, whatever else it says.
  boolean isBodyless(HttpHead asked) {
    return asked.first.startsWith("HEAD ")
        || first.startsWith("HTTP/1.1 204")
        || first.startsWith("HTTP/1.1 304");
  }

  /// With this field instead of all of this name.
  HttpHead with(String name, String value) {
    var changed = new ArrayList<>(fields);
    changed.removeIf(field -> isNamed(field, name));
    changed.add(name + ": " + value);
    return new HttpHead(first, List.copyOf(changed));
  }

  byte[] bytes() {
    return (first + "\r\n" + String.join("\r\n", fields) + "\r\n\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /// Copies the body as it comes; none if the head tells of none.
  ///
  /// @throws EOFException if it ends too early
  void copyBody(InputStream in, OutputStream out) throws IOException {
    if (!isChunked()) {
      var length = get("Content-Length");
      copy(length == null ? 0 : Long.parseLong(length), in, out);
      return;
    }
    long size;
    do {
      var line = line(in);
      size = Long.parseLong(line.split(";", 2)[0].strip(), 16);
      out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      if (size > 0) {
        copy(size + 2, in, out);
      }
    } while (size > 0);
    String trailer;
    do {
      trailer = line(in);
      out.write((trailer + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    } while (!trailer.isEmpty());
  }

  private static void copy(long length, InputStream in, OutputStream out) throws IOException {
    var bytes = new byte[PORTION];
    for (long left = length; left > 0; ) {
      int read = in.read(bytes, 0, (int) Math.min(bytes.length, left));
      if (read < 0) {
        throw new EOFException("the body ends too early");
      }
      out.write(bytes, 0, read);
      left -= read;
    }
  }
}
