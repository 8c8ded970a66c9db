package dev.drover.gateway;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/// The response to a [CloneRequest], which is stored for the [CloneCache] while it is passed on. A
/// failure of the storage does not disturb the latter. One thread.
final class CloneRecording implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CloneRecording.class.getName());

  private final CloneCache cache;
  private final String key;
  private final Path draft;
  private final FileChannel file;
  private final MessageDigest digest = CachedPack.digest();
  private final PackParts parts = new PackParts(this::write);
  private long left;
  private boolean failed;

  /// @param draft the path of the file
  /// @param most the size that a pack may have
  CloneRecording(CloneCache cache, String key, Path draft, FileChannel file, long most) {
    this.cache = cache;
    this.key = key;
    this.draft = draft;
    this.file = file;
    this.left = most;
  }

  /// Takes the next bytes of the response.
  void accept(ByteBuffer bytes) {
    if (failed) {
      return;
    }
    try {
      parts.accept(bytes);
    } catch (IOException e) {
      failed(e);
    }
  }

  private void write(ByteBuffer part) throws IOException {
    left -= part.remaining();
    if (left < 0) {
      throw new IOException("it is too large for the cache");
    }
    digest.update(part.duplicate());
    writeAll(part);
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  private void failed(IOException e) {
    failed = true;
    LOG.log(Level.DEBUG, "a clone is not kept: {0}", e.getMessage());
  }

  /// Makes it a pack of the cache, if the response has ended as it must.
  void keep() {
    if (failed || !parts.isEnded()) {
      return;
    }
    try {
      writeAll(ByteBuffer.wrap(digest.digest()));
      file.close();
      cache.keep(key, draft);
    } catch (IOException e) {
      failed(e);
    }
  }

  @Override
  public void close() {
    HandWay.close(file);
    try {
      Files.deleteIfExists(draft); // unless it was kept
    } catch (IOException e) {
      failed(e);
    } finally {
      cache.ended();
    }
  }
}
