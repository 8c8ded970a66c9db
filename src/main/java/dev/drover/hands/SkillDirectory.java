package dev.drover.hands;

import java.io.IOException;
import java.nio.file.Path;

/// A directory that a hand shows read-only below `/skills`. The content of a name never changes
/// while its session exists.
public record SkillDirectory(String name, Content content) {
  /// The files of a directory.
  public interface Content {
    /// Writes the files into a directory, which is empty.
    ///
    /// @throws dev.drover.base.Problem `UNAVAILABLE` if the content cannot be read
    void write(Path directory) throws IOException, InterruptedException;
  }
}
