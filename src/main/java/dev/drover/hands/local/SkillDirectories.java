package dev.drover.hands.local;

import dev.drover.base.FileLock;
import dev.drover.base.Pause;
import dev.drover.hands.SkillDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/// The skills of a session on this machine: one directory for each, which belongs to the server and
/// which agents see read-only. A directory is complete when it has its name, so [#provide] can be
/// interrupted anywhere and repeated. Safe for many threads and for several servers.
final class SkillDirectories {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path home;
  private final Pause pause;

  /// @param home the root of the session's directories
  SkillDirectories(Path home, Pause pause) {
    this.home = home;
    this.pause = pause;
  }

  /// Makes the directories that do not exist yet.
  void provide(List<SkillDirectory> skills) throws IOException, InterruptedException {
    var directory = Workspaces.Directories.made(home.resolve("skills"), "rwxr-xr-x");
    var missing =
        skills.stream().filter(skill -> !Files.exists(directory.resolve(skill.name()))).toList();
    if (missing.isEmpty()) {
      return;
    }
    try (var _ =
        FileLock.take(home.resolve(".skills"), PATIENCE, pause)
            .orElseThrow(() -> new IOException("another server is writing the skills"))) {
      var draft = home.resolve("skills.draft");
      for (var skill : missing) {
        var target = directory.resolve(skill.name());
        if (!Files.exists(target)) {
          Tree.remove(draft);
          skill.content().write(Workspaces.Directories.made(draft, "rwxr-xr-x"));
          Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
  }
}
