package dev.drover.store;

import dev.drover.settings.Section;
import java.nio.file.Path;
import java.util.Optional;

/// The settings of stored contents, such as files.
///
/// @param directory where they are stored; empty for a place in the data directory
/// @param quota the limit for the contents of one workspace, in bytes
public record BlobSettings(Optional<Path> directory, long quota) {
  private static final long MAX_MIB = 1L << 40;

  /// @param section the section `blobs`
  public static BlobSettings read(Section section) {
    return new BlobSettings(
        section.text("directory").map(text -> Path.of(text).toAbsolutePath().normalize()),
        section.mebibytes("quota_mib", 1, MAX_MIB, 100L << 30));
  }
}
