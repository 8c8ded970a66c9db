package dev.drover.skills;

import dev.drover.base.Problem;
import dev.drover.catalog.Blobs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/// Unpacks the archives of skills, which were checked when they were stored. Safe for many threads.
public final class SkillUnpacking {
  private static final int ANY_EXECUTE = 0111;

  private final Blobs blobs;
  private final Scratch scratch;

  public SkillUnpacking(Blobs blobs, Scratch scratch) {
    this.blobs = blobs;
    this.scratch = scratch;
  }

  /// Writes the files of a version into a directory, without the directory of the skill. Nobody may
  /// write the files.
  ///
  /// @throws Problem `UNAVAILABLE` if the content cannot be read
  public void unpack(SkillVersion version, Path directory)
      throws IOException, InterruptedException {
    try (var archive = scratch.file()) {
      try (var stored =
          blobs
              .get(version.content().id())
              .orElseThrow(
                  () -> new IOException("the content of " + version.id() + " is missing"))) {
        stored.transferTo(Channels.newOutputStream(archive));
      }
      unpack(archive, directory);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void unpack(FileChannel archive, Path directory) throws IOException {
    try (var zip = ZipFile.builder().setSeekableByteChannel(archive).get()) {
      for (var entry : Collections.list(zip.getEntries())) {
        var path = EntryPath.of(entry.getName());
        var target = directory;
        for (var segment : path.segments().subList(1, path.segments().size())) {
          if (!Files.isDirectory(target)) {
            directory(target);
          }
          target = target.resolve(segment);
        }
        if (entry.isDirectory()) {
          directory(target);
          continue;
        }
        try (var content = zip.getInputStream(entry)) {
          write(content, target, entry);
        }
      }
    }
  }

  private static void directory(Path path) throws IOException {
    Files.createDirectory(path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void write(InputStream content, Path target, ZipArchiveEntry entry)
      throws IOException {
    Files.copy(content, target);
    var mode = (entry.getUnixMode() & ANY_EXECUTE) != 0 ? "r-xr-xr-x" : "r--r--r--";
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(mode));
  }
}
