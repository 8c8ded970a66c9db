package dev.drover.hands.local;

import dev.drover.base.FileLock;
import dev.drover.base.Pause;
import dev.drover.hands.MemoryPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;

/// The files of a session for a memory store, in the root of the session's directories, which only
/// the server can access.
final class MemoryDirectory implements MemoryPlace {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /// Another one after each start of the machine.
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path root;
  private final String slug;
  private final Pause pause;

  /// @param root the directory of all memory stores of the session
  MemoryDirectory(Path root, String slug, Pause pause) {
    this.root = root;
    this.slug = slug;
    this.pause = pause;
  }

  private Path file(String suffix) {
    return root.resolve(slug + suffix);
  }

  @Override
  public Optional<String> noted() throws IOException {
    try {
      var lines = Files.readString(file(".base")).split("\n", 2);
      return lines.length == 2 && lines[0].equals(boot())
          ? Optional.of(lines[1])
          : Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  @Override
  public void note(String text) throws IOException {
    var next = file(".base.new");
    Files.writeString(next, boot() + "\n" + text);
    Files.move(next, file(".base"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String boot() throws IOException {
    return Files.readString(BOOT).strip();
  }

  @Override
  public void fill(Filling filling) throws IOException, InterruptedException {
    try (var _ =
        FileLock.take(file(".lock"), PATIENCE, pause)
            .orElseThrow(() -> new IOException("another server is writing the memories"))) {
      filling.fill(file(""), file(".draft"));
    }
  }
}
