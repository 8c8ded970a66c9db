package dev.drover.store.blobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/// Files in directories that their owner alone may use, without links.
final class OwnFiles {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private OwnFiles() {}

  /// @throws FileAlreadyExistsException if there is anything with this name
  static FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, CREATE, mode("rw-------"));
  }

  static FileChannel read(Path file) throws IOException {
    return FileChannel.open(file, READ);
  }

  /// Lets nobody change a file, and everybody read it who has a link outside of the directory.
  static void makeReadable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
  }

  /// Creates it if it is missing.
  static void createDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, mode("rwx------"));
    } catch (FileAlreadyExistsException _) {
      check(directory);
    }
  }

  /// @throws NotDirectoryException if it is missing, or a link
  static Path check(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new NotDirectoryException(directory.toString());
    }
    return directory;
  }

  /// Makes durable which names are in it.
  static Path sync(Path directory) throws IOException {
    try (var channel = read(directory)) {
      channel.force(true);
    }
    return directory;
  }

  static List<String> names(Path directory) throws IOException {
    try (var entries = Files.list(check(directory))) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }
}
