package dev.drover.model.http;

import dev.drover.base.BlockStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// A body that is decompressed while it arrives if it begins like gzip, which no text does. Its
/// `content-encoding` is ignored: some servers and proxies compress replies without a request to do
/// so. The reader limits the decompressed length.
final class Unzipped implements ReplyChunks {
  private static final byte GZIP = 0x1f;
  private static final int STRETCH = 16 * 1024;

  private final ReplyChunks source;
  private boolean begun;
  private @Nullable Raw raw;
  private @Nullable InputStream plain;

  Unzipped(ReplyChunks source) {
    this.source = source;
  }

  @Override
  public byte @Nullable [] next() throws BrokenStream, InterruptedException {
    if (!begun) {
      begun = true;
      var first = source.next();
      if (first == null || first[0] != GZIP) {
        return first;
      }
      raw = new Raw(source, first);
    }
    return raw == null ? source.next() : unzipped(raw);
  }

  private byte @Nullable [] unzipped(Raw zipped) throws BrokenStream, InterruptedException {
    try {
      if (plain == null) {
        plain = new GZIPInputStream(zipped, STRETCH);
      }
      var bytes = new byte[STRETCH];
      int length = plain.read(bytes);
      return length < 0 ? null : Arrays.copyOf(bytes, length);
    } catch (IOException e) {
      switch (e.getCause()) {
        case BrokenStream broken -> throw broken;
        case InterruptedException interrupted -> throw interrupted;
        case null, default ->
            throw new BrokenStream("the model server's reply is zipped, and damaged or cut");
      }
    }
  }

  /// The compressed bytes. An exception of their source becomes the cause of an [IOException].
  private static final class Raw extends BlockStream {
    private final ReplyChunks source;
    private byte @Nullable [] bytes;
    private int at;

    Raw(ReplyChunks source, byte[] first) {
      this.source = source;
      this.bytes = first;
    }

    @Override
    public int read(byte[] into, int offset, int most) throws IOException {
      try {
        while (bytes != null && at == bytes.length) {
          bytes = source.next();
          at = 0;
        }
      } catch (BrokenStream | InterruptedException e) {
        throw new IOException(e);
      }
      if (bytes == null) {
        return -1;
      }
      int length = Math.min(most, bytes.length - at);
      System.arraycopy(bytes, at, into, offset, length);
      at += length;
      return length;
    }
  }
}
