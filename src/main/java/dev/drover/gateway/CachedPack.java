package dev.drover.gateway;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A pack in the [CloneCache] that is as it was stored. Its file has the pack, then the digest of
/// the pack. It can be read to its end if the file is removed meanwhile. One thread.
final class CachedPack implements AutoCloseable {
  /// The largest part of a pack in one packet.
  private static final int PIECE = 65_515;

  /// The first byte of a packet with a part of a pack, and not with a message.
  private static final byte BAND = 1;

  private static final int BAND_SIZE = 1;

  private final FileChannel file;
  private final long length;

  private CachedPack(FileChannel file, long length) {
    this.file = file;
    this.length = length;
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Opens a file, and reads it once to compare its digest.
  ///
  /// @throws IOException if it is damaged, among others
  static CachedPack open(Path path) throws IOException {
    var file = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      var digest = digest();
      long length = file.size() - digest.getDigestLength();
      if (length < 0 || !hasDigest(file, length, digest)) {
        throw new IOException("it is not as it was stored");
      }
      return new CachedPack(file, length);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static boolean hasDigest(FileChannel file, long length, MessageDigest digest)
      throws IOException {
    var buffer = ByteBuffer.allocate(PIECE);
    for (long at = 0; at < length; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(PIECE, length - at));
      fill(buffer, file, at);
      digest.update(buffer.flip());
    }
    var stored = ByteBuffer.allocate(digest.getDigestLength());
    fill(stored, file, length);
    return MessageDigest.isEqual(stored.array(), digest.digest());
  }

  private static void fill(ByteBuffer buffer, FileChannel file, long from) throws IOException {
    for (long at = from; buffer.hasRemaining(); ) {
      int read = file.read(buffer, at);
      if (read < 0) {
        throw new EOFException("it is too short");
      }
      at += read;
    }
  }

  /// Writes the body of a response to a [CloneRequest].
  void writeTo(Replacer.Sink sink) throws IOException {
    sink.accept(ascii(length(PackParts.BEGIN.length()) + PackParts.BEGIN));
    var buffer = ByteBuffer.allocate(Packet.DIGITS + BAND_SIZE + PIECE);
    for (long at = 0; at < length; ) {
      int count = (int) Math.min(PIECE, length - at);
      buffer.clear().limit(Packet.DIGITS + BAND_SIZE + count);
      buffer.put(ascii(length(BAND_SIZE + count))).put(BAND);
      fill(buffer, file, at);
      sink.accept(buffer.flip());
      at += count;
    }
    sink.accept(ascii("0000"));
  }

  /// The length of a packet with so many bytes.
  private static String length(int count) {
    return "%04x".formatted(Packet.DIGITS + count);
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    HandWay.close(file);
  }
}
