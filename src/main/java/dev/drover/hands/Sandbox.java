package dev.drover.hands;

import dev.drover.catalog.BlobFiles;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionResource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// A hand that is isolated from the host and must be closed. It can die at any moment and is
/// replaceable.
public interface Sandbox extends Hand, AutoCloseable {
  HandId id();

  /// As [Hand#execute], but when it is interrupted and `leaves` returns true, the call continues,
  /// and the next request for its id gets its result. A call id that the sandbox knows never runs
  /// again.
  ToolResult execute(ToolCall call, BooleanSupplier leaves) throws InterruptedException;

  @Override
  default ToolResult execute(ToolCall call) throws InterruptedException {
    return execute(call, () -> false);
  }

  /// Stops a running call, even if another server requested it. Does nothing if there is no such
  /// call. Returns at once; calls that are requested later are handled after it.
  void stop(EventId call);

  /// As [Grip#files].
  Optional<HandFiles> files();

  /// As [Grip#provide].
  void provide(List<SessionResource.Mounted> files, BlobFiles contents)
      throws IOException, InterruptedException;

  /// Makes these directories exist below `/skills` of the hand, if they do not exist yet.
  /// Idempotent.
  ///
  /// @throws IOException if they cannot be written; what was written is complete
  void provideSkills(List<SkillDirectory> skills) throws IOException, InterruptedException;

  /// As [Grip#memory].
  MemoryPlace memory(String slug);

  /// Returns false forever once the sandbox is dead: every further call then gets an error that
  /// says that it did not run.
  boolean isAlive();

  /// Detaches from the sandbox and leaves it alive: another server may attach to it; otherwise it
  /// ends after a while. This object cannot be used afterwards. Idempotent.
  void leave();

  /// Kills all processes in the sandbox and removes it from the host, except its workspace.
  /// Idempotent; returns when this is done.
  @Override
  void close();
}
