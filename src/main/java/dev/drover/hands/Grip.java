package dev.drover.hands;

import dev.drover.catalog.BlobFiles;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionResource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A hold on a session's hand while calls need it. The hand is not evicted meanwhile, and every
/// call runs in this hand only. Safe for many threads.
public interface Grip extends Hand, AutoCloseable {
  HandId id();

  /// Runs the call once, in this hand only. A call id that the hand already knows is not run again:
  /// the method waits for that call, or returns its kept result. If the hand is gone, the result
  /// says that the call did not run, or is [ToolResult#lost].
  @Override
  ToolResult execute(ToolCall call) throws InterruptedException;

  /// Stops a call that runs in the hand, even if another server requested it; its result says that
  /// it was interrupted. Does nothing if there is no such call. Returns at once; calls that are
  /// requested later are handled after it.
  void stop(EventId call);

  /// The files of the session; empty if the hand is of an older version, which has no such
  /// operations. The next hand has them.
  Optional<HandFiles> files();

  /// Makes the files that agents can read below `/mnt/session/uploads` exactly these.
  ///
  /// @throws IOException if this fails; repeating it is safe
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if a content cannot be read
  void provide(List<SessionResource.Mounted> files, BlobFiles contents)
      throws IOException, InterruptedException;

  /// Makes these directories exist below `/skills` of the hand, if they do not exist yet.
  /// Idempotent.
  ///
  /// @throws IOException if they cannot be written; what was written is complete
  void provideSkills(List<SkillDirectory> skills) throws IOException, InterruptedException;

  /// What this machine has for a memory store of the session, named by its directory.
  MemoryPlace memory(String slug);

  /// Whether another server waits for the hand, or this server stops: work that can be done later
  /// should end, and the grip be closed.
  boolean isWanted();

  /// Marks the calls as left: some of their results may not be recorded when this is closed, and
  /// will be requested again. From now on an interrupted [#execute] leaves its call running, and
  /// the hand is kept.
  void leave();

  /// Releases the hand, which the calls no longer need. Idempotent.
  @Override
  void close();
}
