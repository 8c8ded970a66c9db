package dev.drover.memory;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// A directory that has the memories of a store as files, where an agent may change them at any
/// moment. Paths are those of memories: `/notes/todo.md` is a file in the subdirectory `notes`.
///
/// Every method throws an `IOException` if the directory cannot be reached.
public interface MemoryFolder {
  /// What is in the directory, without directories.
  Map<String, Found> list() throws IOException, InterruptedException;

  /// Whether nobody changed the directory while it was listed, so that what it lacks was deleted.
  /// Otherwise it may be that a file was just being replaced.
  boolean isQuiet();

  /// What is to be assumed at a path that was not listed and cannot be seen; empty: it is not
  /// there.
  Optional<Found> hidden(String path);

  /// Why a path cannot be a file here, as the end of a sentence; empty if it can.
  Optional<String> fault(String path);

  /// The text that was kept last; empty if there is none.
  Optional<String> kept() throws IOException;

  /// Keeps a text until the next one, also beyond the end of this process.
  void keep(String text) throws IOException;

  /// What was found at a path.
  sealed interface Found {}

  /// A file that can be a memory.
  record Text(String sha256) implements Found {}

  /// Something that cannot be a memory.
  ///
  /// @param reason the end of a sentence, such as `it is not UTF-8`
  /// @param state differs after each change
  record Unfit(String reason, String state) implements Found {}

  /// A file that somebody writes at the moment.
  record Changing() implements Found {}

  /// The content of a file; empty if it no longer has this digest.
  Optional<MemoryText> read(String path, String sha256) throws IOException, InterruptedException;

  /// Gives a file a content, if it has the expected one.
  ///
  /// @param expected the digest of the content before; empty: there is no such file
  /// @return false if something else was there, which is unchanged
  boolean put(String path, String text, Optional<String> expected)
      throws IOException, InterruptedException;

  /// Removes a file, if it has the expected content.
  ///
  /// @return as [#put]
  boolean remove(String path, String expected) throws IOException, InterruptedException;
}
