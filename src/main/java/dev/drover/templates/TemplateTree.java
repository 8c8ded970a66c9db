package dev.drover.templates;

import dev.drover.base.Json;
import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// The files of a template. They were made by programs that are not trusted, so they belong to the
/// server, have no other permissions than to read and to execute, and links among them are never
/// followed here.
final class TemplateTree {
  /// What apt has unpacked, in the tree.
  static final String SYSTEM = "apt";

  private static final String DIRECTORY = "rwxr-xr-x";
  private static final int PIECE = 1 << 16;
  private static final int LONGEST = 4096;

  /// What a template may have: all of it but the bytes is held in memory.
  ///
  /// @param bytes of its files
  /// @param entries files, directories and links
  /// @param characters of the paths of all entries, and of the targets of links
  record Most(long bytes, int entries, long characters) {
    Most(long bytes) {
      this(bytes, 300_000, 32 << 20);
    }
  }

  private TemplateTree() {}

  /// The archive has what a template cannot have. The message names it, for users.
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  /// Unpacks an archive of one directory into a new one.
  ///
  /// @param root the name of the directory in the archive
  /// @return the manifest
  /// @throws Refused if the archive is not allowed; part of it may have been unpacked
  static Json.Obj unpack(InputStream archive, String root, Path tree, Most most)
      throws IOException {
    make(tree);
    var made = new Made(tree, most);
    try (var reader = new PaxReader(archive)) {
      for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
        made.add(below(root, entry.get()), reader);
      }
    }
    made.link();
    return manifest(tree);
  }

  private static PaxEntry below(String root, PaxEntry entry) throws IOException {
    boolean hard = entry.kind() == PaxEntry.Kind.HARD_LINK;
    return new PaxEntry(
        entry.kind(),
        below(root, entry.path()),
        entry.mode(),
        entry.size(),
        entry.modified(),
        hard ? below(root, entry.link()) : entry.link());
  }

  private static String below(String root, String path) throws IOException {
    if (path.equals(root)) {
      return "";
    }
    if (!path.startsWith(root + "/")) {
      throw new Refused("the archive has a path outside of " + root);
    }
    return path.substring(root.length() + 1);
  }

  /// Moves what is in one tree into another one, which has nothing of the same name.
  static void merge(Path from, Path tree) throws IOException {
    try (var entries = Files.newDirectoryStream(from)) {
      for (var entry : entries) {
        Files.move(entry, tree.resolve(entry.getFileName().toString()));
      }
    }
    Files.delete(from);
  }

  private static void make(Path directory) throws IOException {
    Files.createDirectory(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(DIRECTORY));
  }

  /// What has been unpacked so far. Symbolic links come last, and nothing is written below a path
  /// that this has not made as a directory, so no link is followed.
  private static final class Made {
    private final Path tree;
    private final Most most;
    private final Set<String> directories = new HashSet<>(Set.of(""));
    private final Set<String> files = new HashSet<>();
    private final List<PaxEntry> links = new ArrayList<>();
    private long bytes;
    private int entries;
    private long characters;

    Made(Path tree, Most most) {
      this.tree = tree;
      this.most = most;
    }

    void add(PaxEntry entry, PaxReader reader) throws IOException {
      if (entry.path().isEmpty()) {
        return;
      }
      if (entry.path().length() > LONGEST) {
        throw new Refused("a path has more than " + LONGEST + " characters");
      }
      switch (entry.kind()) {
        case DIRECTORY -> directory(entry.path());
        case FILE -> file(entry, reader);
        case HARD_LINK -> copy(entry);
        case SYMBOLIC_LINK -> {
          countEntry(entry.path().length() + entry.link().length());
          links.add(entry);
        }
      }
    }

    private void countEntry(int length) throws Refused {
      entries++;
      characters += length;
      if (entries > most.entries()) {
        throw new Refused("they have more than " + most.entries() + " files and directories");
      }
      if (characters > most.characters()) {
        throw new Refused("the paths of their files are too long");
      }
    }

    private void countBytes(long size) throws Refused {
      bytes += size;
      if (bytes > most.bytes()) {
        throw new Refused("they have more than " + most.bytes() + " bytes");
      }
    }

    private void directory(String path) throws IOException {
      if (directories.contains(path)) {
        return;
      }
      int slash = path.lastIndexOf('/');
      directory(slash < 0 ? "" : path.substring(0, slash));
      countEntry(path.length());
      make(tree.resolve(path));
      directories.add(path);
    }

    private Path prepared(String path) throws IOException {
      int slash = path.lastIndexOf('/');
      directory(slash < 0 ? "" : path.substring(0, slash));
      return tree.resolve(path);
    }

    private void file(PaxEntry entry, PaxReader reader) throws IOException {
      countEntry(entry.path().length());
      countBytes(entry.size());
      var file = prepared(entry.path());
      try (var to =
          Files.newByteChannel(
              file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
        reader.content().writeTo(to);
      }
      finish(file, entry);
      files.add(entry.path());
    }

    private void copy(PaxEntry entry) throws IOException {
      if (!files.contains(entry.link())) {
        throw new Refused("the link " + entry.path() + " leads to no file");
      }
      countEntry(entry.path().length());
      countBytes(Files.size(tree.resolve(entry.link())));
      var file = prepared(entry.path());
      Files.copy(tree.resolve(entry.link()), file, StandardCopyOption.COPY_ATTRIBUTES);
      files.add(entry.path());
    }

    private static void finish(Path file, PaxEntry entry) throws IOException {
      boolean runs = (entry.mode() & 0111) != 0;
      Files.setPosixFilePermissions(
          file, PosixFilePermissions.fromString(runs ? DIRECTORY : "rw-r--r--"));
      Files.setLastModifiedTime(file, FileTime.from(entry.modified()));
    }

    void link() throws IOException {
      for (var entry : links) {
        Files.createSymbolicLink(prepared(entry.path()), Path.of(entry.link()));
      }
    }
  }

  /// Lists a tree: for each path its mode, and for a file its size and digest, for a link its
  /// target.
  static Json.Obj manifest(Path tree) throws IOException {
    var entries = new TreeMap<String, Json>();
    var sum = new long[1];
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes is)
              throws IOException {
            return seen(path, is);
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes is) throws IOException {
            return seen(path, is);
          }

          private FileVisitResult seen(Path path, BasicFileAttributes is) throws IOException {
            sum[0] += is.isRegularFile() ? is.size() : 0;
            entries.put(tree.relativize(path).toString(), entry(path, is));
            return FileVisitResult.CONTINUE;
          }
        });
    return Json.obj("bytes", sum[0], "entries", Json.of(entries));
  }

  private static Json.Obj entry(Path path, BasicFileAttributes is) throws IOException {
    if (is.isSymbolicLink()) {
      return Json.obj("link", Files.readSymbolicLink(path).toString());
    }
    var mode =
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    if (!is.isRegularFile()) {
      return Json.obj("mode", mode);
    }
    return Json.obj("mode", mode, "size", is.size(), "sha256", sha256(path));
  }

  private static String sha256(Path file) throws IOException {
    try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      var digest = MessageDigest.getInstance("SHA-256");
      var piece = new byte[PIECE];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        digest.update(piece, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The bytes of all files of a manifest.
  static long bytes(Json.Obj manifest) {
    return manifest.get("bytes").filter(Json.Num.class::isInstance).stream()
        .flatMap(number -> ((Json.Num) number).asLong().stream())
        .findFirst()
        .orElse(0L);
  }
}
