package dev.drover.base;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// Operations on whole directories that only this server writes.
public final class FileTree {
  private FileTree() {}

  /// Decides about a file.
  public interface Keep {
    boolean isKept(Path file) throws IOException;
  }

  /// Deletes the files below a directory that are not kept, and the directories that are empty
  /// then; not the directory itself. Follows no links.
  public static void prune(Path directory, Keep keep) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!keep.isKept(file)) {
              Files.delete(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            if (!visited.equals(directory)) {
              deleteIfEmpty(visited);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void deleteIfEmpty(Path directory) throws IOException {
    try {
      Files.delete(directory);
    } catch (DirectoryNotEmptyException _) {
      // a file that is kept is in it
    }
  }
}
