package dev.drover.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The body of a request.
public sealed interface Payload {
  /// A text, as UTF-8.
  record Text(String text) implements Payload {}

  /// A stream of unknown length, which is read once. It is not read before the server has agreed to
  /// take it.
  record Stream(InputStream in) implements Payload {}

  /// A stream of a known length, which is read once, and at once.
  ///
  /// @param length in bytes; the stream must have so many
  record Measured(InputStream in, long length) implements Payload {}

  /// A part of a file, which is sent without being in memory as a whole. The file must not change
  /// meanwhile.
  ///
  /// @param from the number of bytes before the part
  /// @param count the length of the part; the file must have so much
  record FilePart(Path file, long from, long count) implements Payload {
    /// The part as a stream, which closes the file.
    public InputStream open() throws IOException {
      return new FilePartStream(FileChannel.open(file, StandardOpenOption.READ), from, count);
    }
  }
}
