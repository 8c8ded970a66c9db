package dev.drover.directory;

import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;

/// A file, or a directory with all that is in it, to be sent as an archive. Links that lead outside
/// and special files are left out.
public final class PackedPath {
  private final List<PaxStream.Item> items = new ArrayList<>();
  private final Path source;
  private final String top;
  private long files;
  private long bytes;
  private long skipped;

  private PackedPath(Path source, String top) {
    this.source = source;
    this.top = top;
  }

  /// Lists what is to be sent.
  ///
  /// @param content whether the content of a directory is sent, and not the directory itself
  /// @throws IOException also if there is no such file
  public static PackedPath of(Path source, boolean content) throws IOException {
    var name = source.getFileName();
    boolean directory = Files.isDirectory(source);
    var top = name == null || (content && directory) ? "" : name.toString();
    var packed = new PackedPath(directory ? source.toRealPath() : source, top);
    packed.list();
    return packed;
  }

  /// The archive, to be read once.
  public InputStream archive() {
    return new PaxStream(items.iterator());
  }

  public long files() {
    return files;
  }

  public long bytes() {
    return bytes;
  }

  /// The number of files that are left out.
  public long skipped() {
    return skipped;
  }

  private void list() throws IOException {
    Files.walkFileTree(
        source,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            var path = path(directory);
            if (!path.isEmpty()) {
              var found = read(directory);
              items.add(
                  new PaxStream.Item(
                      PaxEntry.directory(
                          path,
                          Selecting.mode(found.permissions()),
                          found.lastModifiedTime().toInstant())));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            add(file);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static PosixFileAttributes read(Path file) throws IOException {
    return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private String path(Path file) {
    var below = source.relativize(file).toString();
    return top.isEmpty() ? below : below.isEmpty() ? top : top + "/" + below;
  }

  private void add(Path file) throws IOException {
    var found = read(file);
    var modified = found.lastModifiedTime().toInstant();
    if (found.isRegularFile()) {
      files++;
      bytes += found.size();
      items.add(
          new PaxStream.Item(
              PaxEntry.file(
                  path(file), Selecting.mode(found.permissions()), found.size(), modified),
              () -> Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)));
    } else if (found.isSymbolicLink()) {
      var target = Files.readSymbolicLink(file).toString();
      // A target above the source is outside, also where the source has a name in the archive.
      var inside = PaxEntry.symbolicLink(source.relativize(file).toString(), target, modified);
      if (inside.staysInside()) {
        files++;
        items.add(new PaxStream.Item(inside.at(path(file))));
      } else {
        skipped++;
      }
    } else {
      skipped++;
    }
  }
}
