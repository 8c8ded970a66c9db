package dev.drover.errands;

import dev.drover.settings.Section;

/// The limits for the outputs of a session.
///
/// @param files the number of files that are kept
/// @param bytes the size of one file
public record OutputLimits(int files, long bytes) {
  private static final int FILES = 10_000;

  /// @param section the section `outputs`
  /// @param largest the maximum size of any file, in bytes
  public static OutputLimits read(Section section, long largest) {
    return new OutputLimits(section.count("max_files", 1, 1_000_000, FILES), largest);
  }
}
