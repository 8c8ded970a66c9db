package dev.drover.testing;

import dev.drover.catalog.BlobFiles;
import dev.drover.hands.HandFiles;
import dev.drover.hands.MemoryPlace;
import dev.drover.hands.Sandbox;
import dev.drover.hands.SkillDirectory;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionResource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Another sandbox seen through one's own eyes: override what should go otherwise.
public interface SandboxView extends Sandbox {
  /// The one behind it.
  Sandbox sandbox();

  @Override
  default HandId id() {
    return sandbox().id();
  }

  @Override
  default ToolResult execute(ToolCall call, BooleanSupplier leaves) throws InterruptedException {
    return sandbox().execute(call, leaves);
  }

  @Override
  default void stop(EventId call) {
    sandbox().stop(call);
  }

  @Override
  default Optional<HandFiles> files() {
    return sandbox().files();
  }

  @Override
  default void provide(List<SessionResource.Mounted> files, BlobFiles contents)
      throws IOException, InterruptedException {
    sandbox().provide(files, contents);
  }

  @Override
  default void provideSkills(List<SkillDirectory> skills) throws IOException, InterruptedException {
    sandbox().provideSkills(skills);
  }

  @Override
  default MemoryPlace memory(String slug) {
    return sandbox().memory(slug);
  }

  @Override
  default boolean isAlive() {
    return sandbox().isAlive();
  }

  @Override
  default void leave() {
    sandbox().leave();
  }

  @Override
  default void close() {
    sandbox().close();
  }
}
