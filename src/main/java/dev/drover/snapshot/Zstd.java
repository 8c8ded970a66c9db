package dev.drover.snapshot;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import com.github.luben.zstd.util.Native;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;

/// The compression of snapshots. Its native library is unpacked into a file, which is deleted as
/// soon as it is loaded, so a killed process leaves no file.
final class Zstd {
  private static final int LEVEL = 1;

  private static boolean loaded;

  private Zstd() {}

  private static synchronized void load() throws IOException {
    if (loaded) {
      return;
    }
    var directory = Files.createTempDirectory("drover-zstd-");
    try {
      Native.load(directory.toFile());
      loaded = true;
    } catch (LinkageError e) {
      throw new IOException("zstd cannot be loaded from " + directory + ": " + e.getMessage(), e);
    } finally {
      try (var files = Files.newDirectoryStream(directory)) {
        for (var file : files) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  static OutputStream compressing(OutputStream to) throws IOException {
    load();
    return new ZstdOutputStream(to, LEVEL);
  }

  static InputStream expanding(InputStream from) throws IOException {
    load();
    return new ZstdInputStream(from);
  }
}
