package dev.drover.store.blobs;

import dev.drover.base.BlockStream;
import dev.drover.catalog.BlobId;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/// Reads a content, or a part of it, and fails before the last byte if it is not what was stored.
/// One thread.
final class BlobStream extends BlockStream {
  private final InputStream in;
  private final BlobId id;
  private final MessageDigest sha256 = sha256();
  private long left;
  private boolean sound;

  /// @param size in bytes, of the content or part
  /// @param verified whether to compare what is read with the digest in the id
  BlobStream(InputStream in, BlobId id, long size, boolean verified) {
    this.in = in;
    this.id = id;
    left = size;
    sound = !verified;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public int read(byte[] into, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, into.length);
    if (count == 0) {
      return 0;
    }
    int read = left == 0 ? -1 : in.read(into, offset, (int) Math.min(count, left));
    if (read < 0 && left > 0) {
      throw new IOException("the stored content " + id + " is too short");
    }
    if (read > 0) {
      left -= read;
    }
    if (read > 0 && !sound) {
      sha256.update(into, offset, read);
    }
    if (left == 0 && !sound) {
      verify();
    }
    return read;
  }

  private void verify() throws IOException {
    if (!HexFormat.of().formatHex(sha256.digest()).equals(id.digest())) {
      throw new IOException("the stored content " + id + " has changed");
    }
    sound = true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
