package dev.drover.store.blobs;

import dev.drover.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/// A content that is being stored: a file that is deleted when this is closed, unless it was moved.
/// One thread.
final class Draft implements AutoCloseable {
  private final Path path;
  private final FileChannel file;
  private final MessageDigest sha256 = BlobStream.sha256();
  private long size;

  Draft(Path path) throws IOException {
    this.path = path;
    file = OwnFiles.create(path);
  }

  /// In bytes.
  long size() {
    return size;
  }

  Path path() {
    return path;
  }

  /// Adds all that a stream has.
  ///
  /// @param limit for the whole content, in bytes; at most one byte more is read
  /// @throws Problem `TOO_LARGE`, or `UNAVAILABLE` if it cannot be written, or little space is left
  /// @throws IOException what the stream threw
  void fill(InputStream in, long limit, Disk disk) throws IOException, InterruptedException {
    var buffer = new byte[Disk.BUFFER];
    while (true) {
      long left = limit - size;
      int count = in.read(buffer, 0, (int) Math.min(Disk.BUFFER - 1, left) + 1);
      if (count < 0) {
        return;
      }
      if (count > left) {
        var message = "The content is larger than " + limit + " bytes";
        throw new Problem(Problem.Kind.TOO_LARGE, null, message, null);
      }
      disk.checkRoom();
      disk.writing(() -> append(buffer, count));
    }
  }

  private Draft append(byte[] bytes, int count) throws IOException {
    for (var buffer = ByteBuffer.wrap(bytes, 0, count); buffer.hasRemaining(); ) {
      file.write(buffer);
    }
    sha256.update(bytes, 0, count);
    size += count;
    return this;
  }

  /// Makes the content read-only: sandboxes read links of it as other users. Returns its digest in
  /// hexadecimal. Called once, at the end.
  String digest() throws IOException {
    OwnFiles.makeReadable(path);
    return HexFormat.of().formatHex(sha256.digest());
  }

  /// Makes the content durable.
  Draft sync() throws IOException {
    file.force(true);
    return this;
  }

  /// Moves it to a directory, which must then be synced.
  ///
  /// @return the new path
  Path move(Path directory, String name) throws IOException {
    var target = OwnFiles.check(directory).resolve(name);
    return Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() {
    try (file) {
      Files.deleteIfExists(path);
    } catch (IOException _) {
      // it is removed when the directory is opened again
    }
  }
}
