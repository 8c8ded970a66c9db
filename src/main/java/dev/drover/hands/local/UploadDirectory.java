package dev.drover.hands.local;

import dev.drover.base.FileLock;
import dev.drover.base.FileTree;
import dev.drover.base.Pause;
import dev.drover.catalog.BlobFiles;
import dev.drover.catalog.BlobId;
import dev.drover.session.SessionResource;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The directory of the files that a session has been given. It belongs to the server, and agents
/// see it read-only, so nothing in it is hostile. A file in it is a link to the stored content, or
/// a copy where the file system has no links; therefore nobody may ever change a file or its mode.
///
/// A list beside the directory says which contents are in it. It never names a content that is not
/// there, so [#provide] can be interrupted anywhere and repeated. Safe for many threads and for
/// several servers.
final class UploadDirectory {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path home;
  private final Path directory;
  private final Path list;
  private final Pause pause;

  /// @param home the root of the session's directories
  UploadDirectory(Path home, Pause pause) {
    this.home = home;
    this.directory = home.resolve("uploads");
    this.list = home.resolve("uploads.list");
    this.pause = pause;
  }

  /// Makes the directory contain exactly these files.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if a content cannot be read
  void provide(List<SessionResource.Mounted> files, BlobFiles contents)
      throws IOException, InterruptedException {
    try (var _ =
        FileLock.take(home.resolve(".uploads"), PATIENCE, pause)
            .orElseThrow(() -> new IOException("another server is changing the uploads"))) {
      var wanted = new LinkedHashMap<String, BlobId>();
      files.forEach(file -> wanted.put(file.path().below(), file.content()));
      var present = read();
      if (present.equals(wanted)) {
        return;
      }
      var kept = new LinkedHashMap<>(wanted);
      kept.entrySet().removeIf(file -> !file.getValue().equals(present.get(file.getKey())));
      write(kept);
      removeAllBut(kept);
      for (var file : wanted.entrySet()) {
        if (!kept.containsKey(file.getKey())) {
          place(file.getValue(), file.getKey(), contents);
        }
      }
      write(wanted);
    } catch (InvalidPathException e) {
      throw new IOException("the locale of the server does not allow this name of a file", e);
    }
  }

  /// The contents in the directory, by their paths; none if it is not known.
  private Map<String, BlobId> read() throws IOException {
    var present = new LinkedHashMap<String, BlobId>();
    try {
      for (var line : Files.readAllLines(list)) {
        var parts = line.split(" ", 2);
        if (parts.length != 2 || !BlobId.isWellFormed(parts[0])) {
          return Map.of();
        }
        present.put(parts[1], new BlobId(parts[0]));
      }
      return present;
    } catch (NoSuchFileException | CharacterCodingException _) {
      return Map.of();
    }
  }

  private void write(Map<String, BlobId> files) throws IOException {
    var lines = files.entrySet().stream().map(file -> file.getValue() + " " + file.getKey());
    var next = home.resolve("uploads.list.new");
    Files.write(next, lines.toList());
    Files.move(next, list, StandardCopyOption.ATOMIC_MOVE);
  }

  private void removeAllBut(Map<String, BlobId> kept) throws IOException {
    FileTree.prune(directory, file -> kept.containsKey(directory.relativize(file).toString()));
  }

  private void place(BlobId content, String path, BlobFiles contents)
      throws IOException, InterruptedException {
    var target = directory.resolve(path);
    makeParents(target);
    try (var held =
        contents
            .file(content)
            .orElseThrow(() -> new IOException("the content " + content + " is missing"))) {
      try {
        Files.createLink(target, held.path());
      } catch (FileSystemException | UnsupportedOperationException _) {
        copy(held.path(), target); // another file system, or too many links
      }
    }
  }

  private void makeParents(Path target) throws IOException {
    var parent = directory;
    for (var name : directory.relativize(target.getParent())) {
      if (!name.toString().isEmpty()) {
        parent = Workspaces.Directories.made(parent.resolve(name), "rwxr-xr-x");
      }
    }
  }

  private void copy(Path content, Path target) throws IOException {
    var draft = home.resolve("uploads.draft");
    Files.copy(content, draft, StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("r--r--r--"));
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
  }
}
