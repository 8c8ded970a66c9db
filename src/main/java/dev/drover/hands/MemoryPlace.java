package dev.drover.hands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// What this machine has for a memory store of a session, outside of the session's sandboxes. It
/// exists for as long as the session's directories. Safe for many threads.
public interface MemoryPlace {
  /// The text that was written last with [#note]; empty if there is none, or if the machine has
  /// been restarted since then, which the directory may not have survived unchanged.
  Optional<String> noted() throws IOException;

  /// Replaces the text.
  void note(String text) throws IOException;

  /// Changes the files of a store that the agent can only read: they are the server's.
  void fill(Filling filling) throws IOException, InterruptedException;

  /// A change of files.
  interface Filling {
    /// @param directory shown in the sandbox
    /// @param draft where an unfinished file can be, on the same file system
    void fill(Path directory, Path draft) throws IOException, InterruptedException;
  }
}
