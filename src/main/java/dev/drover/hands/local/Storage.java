package dev.drover.hands.local;

import dev.drover.settings.Section;
import java.util.Map;
import java.util.OptionalLong;

/// The storage of the files of sessions.
///
/// @param kind the kind of storage for new sessions
/// @param floor bytes of the data directory's file system that no sandbox may take; empty: a tenth
///   of it, 2 GiB at most
public record Storage(Kind kind, OptionalLong floor) {
  /// Directories, and the default floor.
  public static final Storage DEFAULT = new Storage(Kind.DIRECTORY, OptionalLong.empty());

  private static final Map<String, Kind> KINDS =
      Map.of("auto", Kind.AUTO, "image", Kind.IMAGE, "directory", Kind.DIRECTORY);

  static Storage read(Section workspaces) {
    var kind = workspaces.choice("kind", KINDS, Kind.AUTO);
    var mebibytes = workspaces.integer("free_mib", 0, 1 << 30);
    return new Storage(
        kind, mebibytes.isPresent() ? OptionalLong.of(mebibytes.getAsLong() << 20) : mebibytes);
  }

  /// What holds a session's directories.
  public enum Kind {
    /// A disk image where the machine can mount one, else directories.
    AUTO,
    /// A disk image, whose size the kernel enforces. Needs root, loop devices and `mkfs.ext4`.
    IMAGE,
    /// Directories of the host, which the hand watches.
    DIRECTORY
  }
}
