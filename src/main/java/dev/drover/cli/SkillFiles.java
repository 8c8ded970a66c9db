package dev.drover.cli;

import dev.drover.base.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;

/// The files of a skill on this machine, as parts of a form: a zip archive, or a directory with its
/// name. They are read before anything is sent. Not safe for concurrent use.
final class SkillFiles extends SimpleFileVisitor<Path> {
  private static final String PART = "files[]";
  private static final String MANIFEST = "SKILL.md";
  private static final int MAX_FILES = 2_000;
  private static final int MAX_MEBIBYTES = 30;

  /// What belongs to tools, not to the skill.
  private static final Set<String> LEFT_OUT = Set.of(".git", ".DS_Store", "__MACOSX");

  private final Path root;
  private final Form form = new Form();
  private int files;
  private long left = (long) MAX_MEBIBYTES << 20;

  private SkillFiles(Path root) {
    this.root = root;
  }

  /// A form with the files of a skill.
  ///
  /// @param name of a directory or an archive
  /// @throws Problem if it is neither, or cannot be read
  static Form form(String name, Optional<String> displayName) {
    var path = path(name);
    var reading = new SkillFiles(path);
    displayName.ifPresent(text -> reading.form.text("display_name", text));
    if (Files.isDirectory(path)) {
      reading.readDirectory();
    } else {
      reading.add(path, String.valueOf(path.getFileName()));
    }
    return reading.form;
  }

  private static Path path(String name) {
    try {
      return Path.of(name).toRealPath();
    } catch (InvalidPathException | IOException _) {
      throw Problem.invalid("there is no file or directory " + Sanitized.line(name));
    }
  }

  private void readDirectory() {
    if (!Files.isRegularFile(root.resolve(MANIFEST))) {
      throw wrong(root, "contains no " + MANIFEST);
    }
    try {
      Files.walkFileTree(root, this);
    } catch (IOException _) {
      throw wrong(root, "cannot be read");
    }
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
    return isLeftOut(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (!isLeftOut(file)) {
      if (!attributes.isRegularFile()) {
        throw wrong(file, "is neither a file nor a directory; a skill has no links");
      }
      add(file, root.getFileName() + "/" + root.relativize(file));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) {
    throw wrong(file, "cannot be read");
  }

  private boolean isLeftOut(Path path) {
    return !path.equals(root) && LEFT_OUT.contains(String.valueOf(path.getFileName()));
  }

  private void add(Path file, String name) {
    if (++files > MAX_FILES) {
      throw wrong(root, "contains more than %,d files".formatted(MAX_FILES));
    }
    try (var in = Files.newInputStream(file)) {
      var content = in.readNBytes((int) left + 1);
      left -= content.length;
      if (left < 0) {
        throw wrong(root, "is larger than " + MAX_MEBIBYTES + " MB");
      }
      form.file(PART, name, new ByteArrayInputStream(content));
    } catch (IOException _) {
      throw wrong(file, "cannot be read");
    }
  }

  private static Problem wrong(Path path, String why) {
    return Problem.invalid(Sanitized.line(path.toString()) + " " + why);
  }
}
