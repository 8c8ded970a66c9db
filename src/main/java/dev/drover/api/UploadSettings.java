package dev.drover.api;

import dev.drover.settings.Section;

/// The limits on uploads.
///
/// @param largest the maximum size of a file, in bytes
/// @param atOnce the number of bodies that this server reads as streams at a time
public record UploadSettings(long largest, int atOnce) {
  public static final UploadSettings DEFAULT = new UploadSettings(500L << 20, 16);

  /// @param section the section `files`
  public static UploadSettings read(Section section) {
    return new UploadSettings(
        section.mebibytes("max_mib", 1, 1 << 20, DEFAULT.largest),
        section.count("uploads_at_once", 1, 10_000, DEFAULT.atOnce));
  }
}
