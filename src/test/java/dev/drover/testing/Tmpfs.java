package dev.drover.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A small file system of a test's own, to be filled up. Needs root. Gone with this JVM at the
/// latest.
public final class Tmpfs implements AutoCloseable {
  private static final String FILLER = "filler";

  private final Path directory;

  private Tmpfs(Path directory) {
    this.directory = directory;
  }

  public static Tmpfs mount(int megabytes) throws IOException, InterruptedException {
    var directory = Files.createTempDirectory(Watchdog.directory(), "tmpfs-");
    Watchdog.mount(directory);
    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", directory.toString());
    return new Tmpfs(directory);
  }

  public Path directory() {
    return directory;
  }

  /// Takes all room that is left.
  public void fill() throws IOException {
    var block = new byte[4096];
    try (var out = Files.newOutputStream(directory.resolve(FILLER))) {
      while (directory.toFile().getUsableSpace() >= block.length) {
        out.write(block);
      }
    } catch (IOException e) {
      if (directory.toFile().getUsableSpace() >= block.length) {
        throw e;
      }
    }
  }

  /// Gives back what [#fill] took. The file is truncated, too: a process that was started meanwhile
  /// may have it open for a moment, and then its removal alone frees nothing.
  public void free() throws IOException {
    try (var filler = FileChannel.open(directory.resolve(FILLER), StandardOpenOption.WRITE)) {
      filler.truncate(0);
    } catch (NoSuchFileException _) {
      return;
    }
    Files.delete(directory.resolve(FILLER));
  }

  @Override
  public void close() throws IOException {
    try {
      run("umount", "-l", directory.toString());
      Files.delete(directory);
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
