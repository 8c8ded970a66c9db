package dev.drover.directory;

import dev.drover.pax.PaxEntry;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The selection of one directory.
final class Selecting {
  /// Directories that are left out where git does not say what is ignored.
  static final Set<String> GENERATED =
      Set.of("node_modules", "target", ".venv", "venv", "__pycache__", "dist", ".gradle", ".tox");

  private static final int MAX_WALKED = 1_000_000;
  private static final char UNREADABLE = '\uFFFD';

  private final Path root;
  private final Selection.Wish wish;
  private final List<PaxEntry> entries = new ArrayList<>();
  private final List<String> secrets = new ArrayList<>();
  private final List<String> sent = new ArrayList<>();
  private int skipped;

  Selecting(Path root, Selection.Wish wish) {
    this.root = root;
    this.wish = wish;
  }

  Selection select() throws IOException, InterruptedException {
    var known = new Git(root).files();
    boolean git = known.isPresent() && !known.get().tracked().isEmpty();
    if (git) {
      skipped += known.get().submodules().size();
      for (var path : known.get().tracked()) {
        take(path, true);
      }
      for (var path : known.get().untracked()) {
        take(path, false);
      }
    } else {
      for (var path : walk(root)) {
        take(path, false);
      }
    }
    if (wish.withGit() && Files.isDirectory(root.resolve(".git"), LinkOption.NOFOLLOW_LINKS)) {
      for (var path : walk(root.resolve(".git"))) {
        add(path);
      }
    }
    return new Selection(
        entries, secrets, sent, git ? Selection.Rule.GIT : Selection.Rule.NAMES, skipped);
  }

  private void take(String path, boolean tracked) throws IOException {
    if (path.endsWith("/")) {
      skipped++; // a repository of its own
      return;
    }
    if (GitNames.contains(path)
        || path.equals(ApplyJournal.NAME)
        || path.startsWith(ApplyJournal.NAME + "/")) {
      return;
    }
    if (SecretNames.contains(path) && !wish.with().contains(path)) {
      (tracked ? sent : secrets).add(path);
      if (!tracked) {
        return;
      }
    }
    add(path);
  }

  private void add(String path) throws IOException {
    PosixFileAttributes found;
    try {
      found =
          Files.readAttributes(
              root.resolve(path), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException _) {
      skipped += path.indexOf(UNREADABLE) < 0 ? 0 : 1; // else it was deleted, and git tracks it
      return;
    }
    var modified = found.lastModifiedTime().toInstant();
    if (found.isRegularFile()) {
      entries.add(PaxEntry.file(path, mode(found.permissions()), found.size(), modified));
    } else if (found.isSymbolicLink()) {
      var target = Files.readSymbolicLink(root.resolve(path)).toString();
      var link = PaxEntry.symbolicLink(path, target, modified);
      if (link.staysInside()) {
        entries.add(link);
      } else {
        skipped++;
      }
    } else {
      skipped++;
    }
  }

  static int mode(Set<PosixFilePermission> permissions) {
    int mode = 0;
    for (var bit : PosixFilePermission.values()) { // from the owner's to the others', as in a mode
      mode = mode << 1 | (permissions.contains(bit) ? 1 : 0);
    }
    return mode;
  }

  /// The paths of all that is no directory, below a directory of the root.
  private Set<String> walk(Path from) throws IOException {
    var paths = new TreeSet<String>();
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            var name = directory.getFileName();
            boolean generated =
                !directory.equals(from)
                    && name != null
                    && from.equals(root)
                    && (GENERATED.contains(name.toString()) || GitNames.contains(name.toString()));
            return generated ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            paths.add(root.relativize(file).toString());
            if (paths.size() > MAX_WALKED) {
              throw new IOException("the directory has more than a million files");
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            skipped++; // such as a directory of another user
            return FileVisitResult.CONTINUE;
          }
        });
    return paths;
  }
}
