package dev.drover.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// A gzip stream that prefers speed to size: JSON of events shrinks to a sixth in any case.
final class FastGzip extends GZIPOutputStream {
  /// @param buffer the number of compressed bytes that are written at once
  FastGzip(OutputStream out, int buffer) throws IOException {
    super(out, buffer);
    def.setLevel(Deflater.BEST_SPEED);
  }

  /// The bytes, compressed.
  static byte[] of(byte[] bytes) {
    var compressed = new ByteArrayOutputStream(bytes.length / 2);
    try (var out = new FastGzip(compressed, Math.max(512, bytes.length / 4))) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // no file, no network
    }
    return compressed.toByteArray();
  }
}
