package dev.drover.hands.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;

/// Removes directories with files that a model wrote, which may contain links that lead outside,
/// restrictive modes and unlimited depth. Links are not followed, and paths do not grow: a nested
/// directory is first moved up to the top, so any depth needs only a few open files and no
/// recursion.
public final class Tree {
  private Tree() {}

  /// Removes `root` with all its contents. Idempotent.
  public static void remove(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(root);
      return;
    }
    try (var stream = Files.newDirectoryStream(root)) {
      if (!(stream instanceof SecureDirectoryStream<Path> top)) {
        throw new IOException("the file system of " + root + " has no safe way to remove it");
      }
      var numbers = new int[1];
      while (empty(root, top, numbers)) {
        // Each pass removes one level.
      }
    }
    Files.deleteIfExists(root);
  }

  /// Removes the entries at the top and moves those below them up. Returns true if something may
  /// remain.
  private static boolean empty(Path root, SecureDirectoryStream<Path> top, int[] numbers)
      throws IOException {
    boolean more = false;
    try (var names = Files.newDirectoryStream(root)) {
      for (var name : names) {
        var entry = name.getFileName();
        if (!isDirectory(top, entry)) {
          top.deleteFile(entry);
          continue;
        }
        open(root.resolve(entry));
        try (var inner = top.newDirectoryStream(entry, LinkOption.NOFOLLOW_LINKS)) {
          more |= raise(root.resolve(entry), inner, top, numbers);
        }
        top.deleteDirectory(entry);
      }
    }
    return more;
  }

  private static boolean raise(
      Path parent,
      SecureDirectoryStream<Path> inner,
      SecureDirectoryStream<Path> top,
      int[] numbers)
      throws IOException {
    boolean more = false;
    for (var path : (DirectoryStream<Path>) inner) {
      var child = path.getFileName();
      if (isDirectory(inner, child)) {
        open(parent.resolve(child));
        inner.move(child, top, free(top, child, numbers));
        more = true;
      } else {
        inner.deleteFile(child);
      }
    }
    return more;
  }

  private static Path free(SecureDirectoryStream<Path> top, Path like, int[] numbers) {
    while (true) {
      var name = like.getFileSystem().getPath(".gone-" + numbers[0]++);
      try {
        top.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
      } catch (IOException e) {
        return name;
      }
    }
  }

  private static boolean isDirectory(SecureDirectoryStream<Path> in, Path name) throws IOException {
    try {
      return in.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes()
          .isDirectory();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /// A mode that the model set must not stop the owner of the files, which is this server if it is
  /// not root. The mode is set by path, since Java would have to open the file otherwise; no
  /// process that could replace it by a link is alive.
  private static void open(Path directory) throws IOException {
    if (!Host.isRoot()) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
  }
}
