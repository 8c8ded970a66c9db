package dev.drover.directory;

import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Directories for tests, and what an agent makes of them.
final class Directories {
  private Directories() {}

  /// Writes a file, with its directories.
  static Path write(Path root, String path, String text) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  static void git(Path root, String... arguments) throws IOException, InterruptedException {
    var command = new java.util.ArrayList<>(java.util.List.of("git", "-C", root.toString()));
    command.addAll(Arrays.asList(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(output);
    }
  }

  /// All of a directory, by path: kind, mode and content.
  static Map<String, String> snapshot(Path root) throws IOException {
    var all = new TreeMap<String, String>();
    try (var paths = Files.walk(root)) {
      for (var path : (Iterable<Path>) paths::iterator) {
        var mode =
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
        all.put(
            root.relativize(path).toString(),
            Files.isSymbolicLink(path)
                ? "link " + Files.readSymbolicLink(path)
                : Files.isDirectory(path)
                    ? "directory " + mode
                    : mode + " " + Files.readString(path, StandardCharsets.ISO_8859_1));
      }
    }
    return all;
  }

  /// A copy that was sent.
  static SentCopy sent(Path root) throws IOException, InterruptedException {
    var copy = new SentCopy(root, Selection.of(root, new Selection.Wish(false, Set.of())));
    try (var archive = copy.archive((_, _) -> {})) {
      archive.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return copy;
  }

  static PaxStream.Item file(String path, String text) {
    return file(path, text, 0644);
  }

  static PaxStream.Item file(String path, String text, int mode) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return new PaxStream.Item(
        PaxEntry.file(path, mode, bytes.length, Instant.EPOCH),
        () -> new ByteArrayInputStream(bytes));
  }

  static PaxStream.Item link(String path, String target) {
    return new PaxStream.Item(PaxEntry.symbolicLink(path, target, Instant.EPOCH));
  }

  static InputStream archive(PaxStream.Item... items) {
    return new PaxStream(Arrays.stream(items).map(Directories::inWorkspace).iterator());
  }

  /// As the archives of a server: with the name of the directory.
  private static PaxStream.Item inWorkspace(PaxStream.Item item) {
    var entry = item.entry();
    var link = entry.kind() == PaxEntry.Kind.HARD_LINK ? "workspace/" + entry.link() : entry.link();
    var below =
        new PaxEntry(
            entry.kind(),
            "workspace/" + entry.path(),
            entry.mode(),
            entry.size(),
            entry.modified(),
            link);
    return new PaxStream.Item(below, item.source());
  }
}
