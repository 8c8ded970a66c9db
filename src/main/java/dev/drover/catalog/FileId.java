package dev.drover.catalog;

import dev.drover.base.Ids;

/// The id of a file.
public record FileId(String value) {
  public static final String PREFIX = "file_";

  /// Checks and returns an id that a client sent.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static FileId of(String value) {
    return new FileId(Ids.check(PREFIX, "file", value));
  }

  /// Whether `text` has the form of a file id.
  public static boolean isWellFormed(String text) {
    return Ids.wellFormed(PREFIX, text);
  }

  @Override
  public String toString() {
    return value;
  }
}
