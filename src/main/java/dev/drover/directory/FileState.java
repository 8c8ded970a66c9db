package dev.drover.directory;

import java.util.HexFormat;

/// The state of a file or link, by which a change is recognized.
///
/// @param kind whether it is a file or a symbolic link
/// @param digest the SHA-256 of a file's content in hexadecimal; the target of a link
/// @param size of the content in bytes; 0 for a link
/// @param executable whether its owner may execute the file
public record FileState(Kind kind, String digest, long size, boolean executable) {
  public enum Kind {
    FILE,
    LINK
  }

  static FileState file(byte[] digest, long size, int mode) {
    return new FileState(Kind.FILE, HexFormat.of().formatHex(digest), size, (mode & 0100) != 0);
  }

  static FileState link(String target) {
    return new FileState(Kind.LINK, target, 0, false);
  }

  boolean isLink() {
    return kind == Kind.LINK;
  }

  /// Whether the contents are equal, whatever the modes are.
  boolean sameContent(FileState other) {
    return kind == other.kind && size == other.size && digest.equals(other.digest);
  }
}
