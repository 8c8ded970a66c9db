package dev.drover.skills;

import dev.drover.base.Problem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A directory for temporary files, which have no names: nothing is left of them when they are
/// closed, or when the process dies. Safe for many threads.
///
/// @param directory created if it does not exist
public record Scratch(Path directory) {
  /// A new file, to read and write.
  ///
  /// @throws Problem `UNAVAILABLE` if it cannot be created
  public FileChannel file() {
    try {
      Files.createDirectories(directory);
      var path = Files.createTempFile(directory, "scratch", "");
      try {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// The problem that a temporary file cannot be written or read.
  public static Problem failed(IOException cause) {
    return new Problem(
        Problem.Kind.UNAVAILABLE,
        null,
        "The server cannot write a temporary file. Please retry later.",
        cause);
  }
}
