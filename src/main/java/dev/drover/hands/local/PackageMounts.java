package dev.drover.hands.local;

import dev.drover.hands.Sandboxes;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// The packages of environments that sandboxes show. Safe for many threads.
public interface PackageMounts {
  PackageMounts NONE = (_, _) -> Optional.empty();

  /// The directory that a new hand of a session shows, read-only. It does not change while
  /// `directory` exists. Empty if the session's environment has no packages.
  ///
  /// @param directory the hand's own, which exists for as long as the hand may live
  /// @throws Sandboxes.Unavailable if they are not installed; the message says what to do
  /// @throws dev.drover.base.Problem `UNAVAILABLE`
  Optional<Path> of(SessionId session, Path directory)
      throws Sandboxes.Unavailable, IOException, InterruptedException;
}
