package dev.drover.skills;

import java.io.IOException;
import java.io.InputStream;

/// A file of an upload.
///
/// @param executable whether it may be executed
/// @param packed its size in the upload, in bytes
/// @param content opens its content, which may be larger or smaller than the upload claims
record SkillEntry(EntryPath path, boolean executable, long packed, Content content) {
  interface Content {
    /// A stream to be closed.
    ///
    /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is damaged; also thrown by the
    ///   stream's methods
    InputStream open() throws IOException;
  }
}
