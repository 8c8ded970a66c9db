package dev.drover.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A small ext4 of a test's own, in an image: whatever fills it fills nothing else. Needs root.
/// Gone with this JVM at the latest.
public final class SmallDisk implements AutoCloseable {
  private final Path image;
  private final Path directory;

  private SmallDisk(Path image, Path directory) {
    this.image = image;
    this.directory = directory;
  }

  public static SmallDisk mount(int megabytes) throws IOException, InterruptedException {
    var image = Files.createTempFile(Watchdog.directory(), "disk-", ".img");
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((long) megabytes << 20);
    }
    run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
    var directory = Files.createTempDirectory(Watchdog.directory(), "disk-");
    Watchdog.mount(directory);
    run("mount", "-o", "loop", image.toString(), directory.toString());
    return new SmallDisk(image, directory);
  }

  public Path directory() {
    return directory;
  }

  /// Bytes that are free.
  public long free() throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  @Override
  public void close() throws IOException {
    try {
      run("umount", "-l", directory.toString());
      Files.delete(directory);
      Files.delete(image);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // it goes with this JVM
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }
}
