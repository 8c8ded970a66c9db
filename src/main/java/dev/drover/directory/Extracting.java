package dev.drover.directory;

import dev.drover.base.Ids;
import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Writes an archive to a directory of the user. Nothing outside of the target is written, and no
/// link in it is followed: files are reached one segment after the other. Existing files are
/// replaced when their content is complete; links that lead outside of the archive are left out.
public final class Extracting {
  private static final Set<OpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  /// The name of a file that is being written; a file of the archive cannot have it.
  private final String temporary = Ids.secure().next(".drover_");

  private final Path directory;
  private final OpenTree tree;
  private final String name;
  private final boolean follow;
  private final FollowedLinks followed;
  private final List<String> skipped = new ArrayList<>();
  private long files;
  private long bytes;

  /// What was written.
  ///
  /// @param skipped paths that were left out
  /// @param link the target of a link, if that is the whole archive and links are followed
  public record Done(long files, long bytes, List<String> skipped, Optional<String> link) {
    public Done {
      skipped = List.copyOf(skipped);
    }
  }

  /// How to write an archive.
  ///
  /// @param content whether the content of a directory is copied, into a directory of that name
  /// @param follow whether links are written as what they lead to inside
  /// @param as the name in a directory that exists, if it is not that of the archive
  public record Wish(boolean content, boolean follow, Optional<String> as) {}

  /// @param name of the first segment of all paths; empty to leave that segment out
  private Extracting(Path directory, OpenTree tree, String name, boolean follow) {
    this.directory = directory;
    this.tree = tree;
    this.name = name;
    this.follow = follow;
    this.followed = new FollowedLinks(new Places(), skipped);
  }

  private final class Places implements FollowedLinks.Writing {
    @Override
    public void directory(String path) throws IOException {
      Extracting.this.directory(path);
    }

    @Override
    public void copy(String path, String earlier) throws IOException {
      Extracting.this.copy(path, earlier);
    }
  }

  /// Writes an archive of one file or one directory.
  ///
  /// @param target a directory, into which the file or directory is copied; or a new name for it,
  ///   in a directory that exists
  public static Done to(Path target, Wish wish, InputStream archive) throws IOException {
    boolean exists = Files.isDirectory(target);
    boolean content = wish.content();
    if (content && !exists) {
      Files.createDirectory(target);
    }
    var directory = exists || content ? target : target.getParent();
    if (directory == null) {
      throw new IOException(target + " is not a place for files");
    }
    try (var tree = new OpenTree(directory);
        var reader = new PaxReader(archive)) {
      var leaf = exists ? wish.as().orElse("*") : String.valueOf(target.getFileName());
      var name = content ? "" : leaf;
      var one = new Extracting(directory.toRealPath(), tree, name, wish.follow());
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        var entry = next.get();
        if (wish.follow() && isLink(entry) && entry.path().indexOf('/') < 0) {
          return new Done(0, 0, List.of(), Optional.of(entry.link()));
        }
        one.take(entry, reader);
      }
      one.followed.write();
      if (reader.unnamed() > 0) {
        one.skipped.add(
            reader.unnamed() == 1
                ? "a file whose name is not UTF-8"
                : reader.unnamed() + " files whose names are not UTF-8");
      }
      return new Done(one.files, one.bytes, one.skipped, Optional.empty());
    }
  }

  private static boolean isLink(PaxEntry entry) {
    return entry.kind() == PaxEntry.Kind.SYMBOLIC_LINK;
  }

  /// The path in the directory: `*` keeps the first segment of the archive.
  private String placed(String path) {
    int slash = path.indexOf('/');
    var first = slash < 0 ? path : path.substring(0, slash);
    var rest = slash < 0 ? "" : path.substring(slash + 1);
    var top = name.equals("*") ? first : name;
    return rest.isEmpty() ? top : top.isEmpty() ? rest : top + "/" + rest;
  }

  private void take(PaxEntry entry, PaxReader reader) throws IOException {
    var path = placed(entry.path());
    if (path.isEmpty()) {
      if (entry.kind() != PaxEntry.Kind.DIRECTORY) {
        throw new IOException("it is a file, and has no content to copy as a directory");
      }
      return;
    }
    // judged without the first segment, so that nothing beside the copied directory is reached
    if (isLink(entry) && !entry.at(below(entry.path())).staysInside()) {
      skipped.add(path + ", a link that leads outside");
      return;
    }
    switch (entry.kind()) {
      case DIRECTORY -> directory(path);
      case FILE -> file(path, entry, reader);
      case HARD_LINK -> copy(path, placed(entry.link()));
      case SYMBOLIC_LINK -> {
        if (!follow) {
          link(path, entry.link());
        }
      }
    }
    if (follow) {
      followed.add(entry.kind(), path, entry.link());
    }
  }

  private static String below(String path) {
    return path.substring(path.indexOf('/') + 1);
  }

  private void directory(String path) throws IOException {
    try (var spot = tree.spot(path)) {
      var found = spot.attributes();
      if (found.isEmpty()) {
        Files.createDirectory(directory.resolve(path));
      } else if (!found.get().isDirectory()) {
        throw new FileAlreadyExistsException(path + " is not a directory here");
      }
    } catch (NoSuchFileException _) {
      parents(path);
      directory(path);
    }
  }

  /// Archives need not have the directories of their files.
  private void parents(String path) throws IOException {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      var parent = path.substring(0, slash);
      try (var spot = tree.spot(parent)) {
        if (spot.attributes().isEmpty()) {
          Files.createDirectory(directory.resolve(parent));
        }
      }
    }
  }

  private interface Content {
    void writeTo(SeekableByteChannel file) throws IOException;
  }

  private void file(String path, PaxEntry entry, PaxReader reader) throws IOException {
    place(path, entry.mode(), reader.content()::writeTo);
    try (var spot = tree.spot(path)) {
      var modified = FileTime.from(entry.modified());
      spot.view().setTimes(modified, modified, null);
    }
    files++;
    bytes += entry.size();
  }

  private void copy(String path, String earlier) throws IOException {
    try (var spot = tree.spot(earlier)) {
      var found = spot.attributes().filter(one -> one.isRegularFile());
      if (found.isEmpty()) {
        skipped.add(path + ", a second name of a file that is not there");
        return;
      }
      place(
          path,
          Selecting.mode(found.get().permissions()),
          file -> {
            try (var in = spot.read()) {
              in.transferTo(java.nio.channels.Channels.newOutputStream(file));
            }
          });
      files++;
      bytes += found.get().size();
    }
  }

  /// Writes a file beside its place, and then moves it there.
  private void place(String path, int mode, Content content) throws IOException {
    parents(path);
    try (var spot = tree.spot(path);
        var unfinished = tree.spot(sibling(path))) {
      remove(unfinished);
      boolean placed = false;
      try (var file = unfinished.directory().newByteChannel(unfinished.name(), CREATE)) {
        content.writeTo(file);
        unfinished.view().setPermissions(permissions(mode, unfinished));
        replaceable(path, spot);
        unfinished.moveTo(spot);
        placed = true;
      } finally {
        if (!placed) {
          remove(unfinished);
        }
      }
    }
  }

  private static Set<PosixFilePermission> permissions(int mode, OpenTree.Spot file)
      throws IOException {
    var own = file.view().readAttributes().permissions();
    var permissions = EnumSet.copyOf(own); // as the user's mask has them
    if ((mode & 0100) != 0) {
      permissions.addAll(PosixFilePermissions.fromString("--x------"));
      if (own.contains(PosixFilePermission.GROUP_READ)) {
        permissions.add(PosixFilePermission.GROUP_EXECUTE);
      }
      if (own.contains(PosixFilePermission.OTHERS_READ)) {
        permissions.add(PosixFilePermission.OTHERS_EXECUTE);
      }
    }
    return permissions;
  }

  private static void replaceable(String path, OpenTree.Spot spot) throws IOException {
    if (spot.attributes().filter(one -> one.isDirectory()).isPresent()) {
      throw new FileAlreadyExistsException(path + " is a directory here");
    }
  }

  private String sibling(String path) {
    int slash = path.lastIndexOf('/');
    return path.substring(0, slash + 1) + temporary;
  }

  private static void remove(OpenTree.Spot spot) throws IOException {
    try {
      spot.directory().deleteFile(spot.name());
    } catch (NoSuchFileException _) {
      // as it should be
    }
  }

  private void link(String path, String target) throws IOException {
    parents(path);
    try (var spot = tree.spot(path);
        var unfinished = tree.spot(sibling(path))) {
      remove(unfinished);
      replaceable(path, spot);
      Files.createSymbolicLink(directory.resolve(sibling(path)), Path.of(target));
      unfinished.moveTo(spot);
      files++;
    }
  }
}
