package dev.drover.directory;

import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// A file, or a directory with all that is in it, to be sent as an archive. Links that lead
/// outside, special files and names that are not UTF-8 are left out.
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
  /// @param follow whether links are sent as what they lead to inside, and the source as what it
  ///   leads to anywhere
  /// @throws IOException also if there is no such file
  public static PackedPath of(Path source, boolean content, boolean follow) throws IOException {
    var name = source.getFileName();
    boolean directory = Files.isDirectory(source);
    var top = name == null || (content && directory) ? "" : name.toString();
    var packed = new PackedPath(directory || follow ? source.toRealPath() : source, top);
    var options =
        follow ? EnumSet.of(FileVisitOption.FOLLOW_LINKS) : EnumSet.noneOf(FileVisitOption.class);
    Files.walkFileTree(packed.source, options, Integer.MAX_VALUE, packed.new Visit(follow));
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

  private final class Visit extends SimpleFileVisitor<Path> {
    private final boolean follow;

    Visit(boolean follow) {
      this.follow = follow;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (isUnnamed(directory) || (follow && !directory.toRealPath().startsWith(source))) {
        skipped++;
        return FileVisitResult.SKIP_SUBTREE;
      }
      var path = path(directory);
      if (!path.isEmpty()) {
        var found = read(directory.toRealPath());
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
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      boolean link = follow && Files.isSymbolicLink(file);
      // with links followed, one that is still a link leads nowhere
      if (isUnnamed(file)
          || (link && (attributes.isSymbolicLink() || !file.toRealPath().startsWith(source)))) {
        skipped++;
      } else {
        add(file, link ? file.toRealPath() : file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof FileSystemLoopException) {
        skipped++;
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }

  /// Whether the name has bytes for which there are no characters: it would be sent as another one.
  private static boolean isUnnamed(Path file) {
    return !Path.of(file.toString()).equals(file);
  }

  private static PosixFileAttributes read(Path file) throws IOException {
    return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private String path(Path file) {
    var below = source.relativize(file).toString();
    return top.isEmpty() ? below : below.isEmpty() ? top : top + "/" + below;
  }

  /// @param real the file itself, if `file` is a link to it
  private void add(Path file, Path real) throws IOException {
    var found = read(real);
    var modified = found.lastModifiedTime().toInstant();
    if (found.isRegularFile()) {
      files++;
      bytes += found.size();
      items.add(
          new PaxStream.Item(
              PaxEntry.file(
                  path(file), Selecting.mode(found.permissions()), found.size(), modified),
              () -> Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS)));
    } else if (found.isSymbolicLink()) {
      var target = Files.readSymbolicLink(file);
      // A target above the source is outside, also where the source has a name in the archive.
      var inside =
          PaxEntry.symbolicLink(source.relativize(file).toString(), target.toString(), modified);
      if (inside.staysInside() && !isUnnamed(target)) {
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
