package dev.drover.templates;

import dev.drover.base.FileLock;
import dev.drover.base.FileTree;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.catalog.Packages;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Optional;

/// Where templates are stored. Each is a directory with `tree`, `manifest.json`, and a file in
/// `uses` for each hand that shows it; beside it are its lock and its last failure. The caller
/// holds the lock of a template that it changes.
final class TemplateShelf {
  private static final System.Logger LOG = System.getLogger(TemplateShelf.class.getName());
  private static final String DRAFT = ".draft-";
  private static final String MANIFEST = "manifest.json";
  private static final int KEY = 40;

  private final Path root;
  private final Pause pause;

  TemplateShelf(Path root, Pause pause) {
    this.root = root;
    this.pause = pause;
  }

  /// Empty if another server holds the lock for longer than `patience`.
  Optional<FileLock> lock(String key, Duration patience) throws IOException, InterruptedException {
    return FileLock.take(own(root).resolve(key + ".lock"), patience, pause);
  }

  private static Path own(Path directory) throws IOException {
    return Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private static void removeTree(Path directory) throws IOException {
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      FileTree.prune(directory, _ -> false);
      Files.delete(directory);
    }
  }

  boolean has(String key) {
    return Files.isRegularFile(root.resolve(key).resolve(MANIFEST));
  }

  /// Whether every file is as the manifest says.
  boolean isWhole(String key) throws IOException {
    try {
      return manifest(key).object("tree").equals(TemplateTree.manifest(tree(key)));
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  private Path tree(String key) {
    return root.resolve(key).resolve("tree");
  }

  private Json.Obj manifest(String key) throws IOException {
    try {
      return Json.parse(Files.readString(root.resolve(key).resolve(MANIFEST)))
              instanceof Json.Obj object
          ? object
          : Json.EMPTY;
    } catch (Json.Malformed _) {
      return Json.EMPTY;
    }
  }

  /// An empty directory for a template that is being made; what an earlier attempt left is removed.
  Path draft(String key) throws IOException {
    var draft = root.resolve(DRAFT + key);
    removeTree(draft);
    return own(draft);
  }

  void discard(Path draft) throws IOException {
    removeTree(draft);
  }

  /// Makes a draft the template.
  ///
  /// @param tree the manifest of its files
  void keep(String key, Path draft, Json.Obj tree, Packages packages) throws IOException {
    var lists = Json.EMPTY;
    for (var list : packages.lists().entrySet()) {
      lists = lists.with(list.getKey().word(), list.getValue());
    }
    own(draft.resolve("uses"));
    Files.writeString(
        draft.resolve(MANIFEST), Json.obj("packages", lists, "tree", tree).toString());
    removeTree(root.resolve(key));
    Files.move(draft, root.resolve(key), StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(root.resolve(key + ".failed"));
  }

  /// Records that a hand shows a template, and returns the directory to show.
  Path use(String key, Path hand, Instant now) throws IOException {
    var uses = root.resolve(key).resolve("uses");
    Files.writeString(uses.resolve(hand.getFileName().toString()), hand + "\n");
    Files.setLastModifiedTime(uses, FileTime.from(now));
    return tree(key);
  }

  private boolean isUsed(String key) throws IOException {
    boolean used = false;
    try (var uses = Files.newDirectoryStream(root.resolve(key).resolve("uses"))) {
      for (var use : uses) {
        var hand = Path.of(Files.readString(use, StandardCharsets.UTF_8).strip());
        if (Files.exists(hand)) {
          used = true;
        } else {
          Files.deleteIfExists(use);
        }
      }
    }
    return used;
  }

  void remove(String key) throws IOException {
    var gone = root.resolve(DRAFT + key);
    removeTree(gone);
    Files.move(root.resolve(key), gone, StandardCopyOption.ATOMIC_MOVE);
    removeTree(gone);
  }

  /// What the last attempt failed with, if that was after an instant.
  Optional<String> failure(String key, Instant after) throws IOException {
    try {
      return Json.parse(Files.readString(root.resolve(key + ".failed"))) instanceof Json.Obj failed
              && Instant.parse(String.valueOf(failed.text("at"))).isAfter(after)
          ? Optional.ofNullable(failed.text("message"))
          : Optional.empty();
    } catch (NoSuchFileException | Json.Malformed | DateTimeParseException _) {
      return Optional.empty();
    }
  }

  void failed(String key, String message, Instant at) throws IOException {
    Files.writeString(
        root.resolve(key + ".failed"),
        Json.obj("at", at.toString(), "message", message).toString());
  }

  private record Candidate(String key, long bytes, FileTime used) {}

  /// Removes the templates that have not been used for the longest time, until all together have at
  /// most `most` bytes. Those that hands show stay, and so does `newest`.
  void shrink(long most, String newest) throws IOException, InterruptedException {
    var all = new ArrayList<Candidate>();
    try (var entries = Files.newDirectoryStream(root)) {
      for (var entry : entries) {
        var key = entry.getFileName().toString();
        if (key.startsWith(DRAFT)) {
          forget(key.substring(DRAFT.length()), entry);
        } else if (key.length() == KEY && has(key)) {
          var used = Files.getLastModifiedTime(entry.resolve("uses"));
          all.add(new Candidate(key, TemplateTree.bytes(manifest(key).object("tree")), used));
        }
      }
    }
    long sum = all.stream().mapToLong(Candidate::bytes).sum();
    all.sort(Comparator.comparing(Candidate::used));
    for (var candidate : all) {
      if (sum > most && !candidate.key.equals(newest) && evict(candidate.key)) {
        sum -= candidate.bytes;
      }
    }
  }

  /// Removes what a server that died has left of a template.
  private void forget(String key, Path draft) throws IOException, InterruptedException {
    var lock = lock(key, Duration.ZERO);
    if (lock.isPresent()) {
      try (var _ = lock.get()) {
        removeTree(draft);
      }
    }
  }

  private boolean evict(String key) throws IOException, InterruptedException {
    var lock = lock(key, Duration.ZERO);
    if (lock.isEmpty()) {
      return false;
    }
    try (var _ = lock.get()) {
      if (!has(key) || isUsed(key)) {
        return false;
      }
      remove(key);
      LOG.log(Level.INFO, "an unused template was removed: " + key);
      return true;
    }
  }
}
