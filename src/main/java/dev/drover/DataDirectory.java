package dev.drover;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The directory in which a server stores its data.
final class DataDirectory {
  private DataDirectory() {}

  /// Creates the directory if it does not exist; only its owner can read it.
  ///
  /// @throws IOException whose message says why it cannot be used, and what to do
  static void make(Path directory) throws IOException {
    var refusal = refusal(directory);
    if (refusal.isPresent()) {
      throw unusable(directory, refusal.get(), null);
    }
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException e) {
      var why =
          e instanceof FileSystemException refused && refused.getReason() != null
              ? ": " + refused.getReason()
              : "";
      throw unusable(directory, "it cannot be created" + why, e);
    }
  }

  private static IOException unusable(Path directory, String why, @Nullable IOException cause) {
    return new IOException(
        "the data directory "
            + directory
            + " cannot be used: "
            + why
            + ". Fix it, or choose another directory with --data",
        cause);
  }

  /// The reason why nothing can be stored in a directory, or empty if there is none. The directory
  /// need not exist. Changes nothing.
  static Optional<String> refusal(Path directory) {
    var there = directory;
    while (there.getParent() != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
      there = there.getParent();
    }
    if (Files.isSymbolicLink(there) && !Files.exists(there)) {
      return Optional.of(there + " is a symbolic link to " + target(there));
    }
    if (!Files.isDirectory(there)) {
      return Optional.of(there + " is not a directory");
    }
    return Files.isWritable(there) && Files.isExecutable(there)
        ? Optional.empty()
        : Optional.of(there + reason(there));
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link) + ", which does not exist or cannot be reached";
    } catch (IOException _) {
      return "something that does not exist or cannot be reached";
    }
  }

  private static String reason(Path directory) {
    try {
      if (Files.getFileStore(directory).isReadOnly()) {
        return " is on a read-only file system";
      }
      return " cannot be written by %s: its owner is %s, its mode %s"
          .formatted(
              System.getProperty("user.name"),
              Files.getOwner(directory).getName(),
              PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    } catch (IOException | UnsupportedOperationException _) {
      return " cannot be written";
    }
  }
}
