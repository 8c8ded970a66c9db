package dev.drover.skills;

import java.io.IOException;
import java.io.InputStream;

/// A file or a directory of an upload.
///
/// @param executable whether it is a file that may be executed
/// @param packed its size in the upload, in bytes
/// @param content opens its content, which may be larger or smaller than the upload claims
record SkillEntry(
    EntryPath path, boolean directory, boolean executable, long packed, Content content) {
  static SkillEntry directory(EntryPath path) {
    return new SkillEntry(path, true, false, 0, InputStream::nullInputStream);
  }

  static SkillEntry file(EntryPath path, boolean executable, long packed, Content content) {
    return new SkillEntry(path, false, executable, packed, content);
  }

  interface Content {
    /// A stream to be closed.
    ///
    /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is damaged; also thrown by the
    ///   stream's methods
    InputStream open() throws IOException;
  }
}
