package dev.drover.directory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;
import java.util.Set;

/// An open directory, in which files are reached one segment after the other. No link on the way is
/// followed, also not one that is put there meanwhile. One thread at a time.
final class OpenTree implements AutoCloseable {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final Path root;
  private final SecureDirectoryStream<Path> open;

  /// A name in an open directory.
  record Spot(SecureDirectoryStream<Path> directory, Path name) implements AutoCloseable {
    /// Empty if there is nothing under the name.
    Optional<PosixFileAttributes> attributes() throws IOException {
      try {
        return Optional.of(view().readAttributes());
      } catch (NoSuchFileException _) {
        return Optional.empty();
      }
    }

    PosixFileAttributeView view() {
      return directory.getFileAttributeView(
          name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    InputStream read() throws IOException {
      return Channels.newInputStream(directory.newByteChannel(name, READ));
    }

    /// Moves what is here to another spot of the file system, and replaces what is there.
    void moveTo(Spot other) throws IOException {
      directory.move(name, other.directory, other.name);
    }

    @Override
    public void close() throws IOException {
      directory.close();
    }
  }

  /// @throws IOException also on a system without such access to directories
  @SuppressWarnings("StreamResourceLeak") // close() closes it
  OpenTree(Path root) throws IOException {
    this.root = root;
    this.open = secure(Files.newDirectoryStream(root), root);
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream, Path path)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException(path + ": this system cannot write there without following links");
  }

  /// The spot of a path, whose directories must be there.
  ///
  /// @throws NoSuchFileException if a directory on the way is missing
  /// @throws BlockedPath if a segment on the way is a link or a file
  Spot spot(String path) throws IOException {
    var at = open.newDirectoryStream(Path.of("."));
    try {
      int from = 0;
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
        var next = next(at, path.substring(from, slash), path.substring(0, slash));
        at.close();
        at = next;
        from = slash + 1;
      }
      var spot = new Spot(at, Path.of(path.substring(from)));
      at = null;
      return spot;
    } finally {
      if (at != null) {
        at.close();
      }
    }
  }

  private static SecureDirectoryStream<Path> next(
      SecureDirectoryStream<Path> at, String segment, String way) throws IOException {
    try {
      return at.newDirectoryStream(Path.of(segment), LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException e) {
      try (var spot = new Spot(at.newDirectoryStream(Path.of(".")), Path.of(segment))) {
        throw spot.attributes().filter(one -> !one.isDirectory()).isPresent()
            ? new BlockedPath(way)
            : e;
      }
    }
  }

  /// The target of a link. To be used only to compare it.
  String target(String path) throws IOException {
    return Files.readSymbolicLink(root.resolve(path)).toString();
  }

  /// The state of the file or link at a path; empty if there is none. Any other kind of file, such
  /// as a directory, has a state that equals no other.
  Optional<FileState> state(String path) throws IOException {
    try (var spot = spot(path)) {
      var found = spot.attributes();
      if (found.isEmpty()) {
        return Optional.empty();
      }
      if (found.get().isSymbolicLink()) {
        return Optional.of(FileState.link(target(path)));
      }
      if (!found.get().isRegularFile()) {
        return Optional.of(new FileState(FileState.Kind.LINK, "", -1, false));
      }
      try (var in = spot.read()) {
        return Optional.of(
            FileState.file(
                Digests.of(in), found.get().size(), Selecting.mode(found.get().permissions())));
      }
    } catch (NoSuchFileException _) {
      return Optional.empty(); // a directory on the way is missing
    }
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
