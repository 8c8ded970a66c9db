package dev.drover.pax;

import java.time.Instant;

/// An entry of an archive.
///
/// @param path relative, with `/` between its segments, none of which is empty, `.` or `..`; empty
///   for the root of the archive
/// @param mode the permission bits, at most 0777
/// @param size of the content of a file, holes included, in bytes; 0 for other kinds
/// @param link the target of a symbolic link as it was written, or the path of an earlier entry for
///   a hard link; otherwise empty
public record PaxEntry(Kind kind, String path, int mode, long size, Instant modified, String link) {

  public enum Kind {
    FILE('0'),
    HARD_LINK('1'),
    SYMBOLIC_LINK('2'),
    DIRECTORY('5');

    private final char type;

    Kind(char type) {
      this.type = type;
    }

    char type() {
      return type;
    }
  }

  public static PaxEntry file(String path, int mode, long size, Instant modified) {
    return new PaxEntry(Kind.FILE, path, mode & 0777, size, modified, "");
  }

  public static PaxEntry directory(String path, int mode, Instant modified) {
    return new PaxEntry(Kind.DIRECTORY, path, mode & 0777, 0, modified, "");
  }

  public static PaxEntry symbolicLink(String path, String target, Instant modified) {
    return new PaxEntry(Kind.SYMBOLIC_LINK, path, 0777, 0, modified, target);
  }

  /// The same entry under another path.
  public PaxEntry at(String other) {
    return new PaxEntry(kind, other, mode, size, modified, link);
  }

  /// Whether a symbolic link is relative and its target, taken by name, is not outside of the root
  /// of the archive.
  public boolean staysInside() {
    if (link.isEmpty() || link.startsWith("/")) {
      return false;
    }
    long depth = path.chars().filter(c -> c == '/').count();
    for (var segment : link.split("/", -1)) {
      depth += segment.equals("..") ? -1 : segment.isEmpty() || segment.equals(".") ? 0 : 1;
      if (depth < 0) {
        return false;
      }
    }
    return true;
  }
}
