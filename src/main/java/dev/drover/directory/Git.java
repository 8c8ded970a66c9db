package dev.drover.directory;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The `git` command in a directory. It runs no hooks and no monitor of the repository.
final class Git {
  private static final String SUBMODULE = "160000 ";

  /// Variables that would name another repository, such as in a hook of git.
  private static final List<String> ELSEWHERE =
      List.of("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR");

  private final Path root;

  Git(Path root) {
    this.root = root;
  }

  /// The paths below a directory that git does not ignore.
  ///
  /// @param untracked a path with a slash at its end is a repository of its own
  record Known(Set<String> tracked, Set<String> untracked, Set<String> submodules) {}

  private record Done(int status, List<String> names) {}

  /// The files of the directory; empty if it is not in a work tree of git, or if there is no `git`.
  Optional<Known> files() throws IOException, InterruptedException {
    var staged = run("ls-files", "-z", "--cached", "--stage");
    var others = run("ls-files", "-z", "--others", "--exclude-standard");
    if (staged.isEmpty()
        || others.isEmpty()
        || staged.get().status != 0
        || others.get().status != 0) {
      return Optional.empty();
    }
    var tracked = new TreeSet<String>();
    var submodules = new TreeSet<String>();
    for (var line : staged.get().names) {
      var path = line.substring(line.indexOf('\t') + 1);
      (line.startsWith(SUBMODULE) ? submodules : tracked).add(path);
    }
    var known = new Known(tracked, new TreeSet<>(others.get().names), submodules);
    return Optional.of(known);
  }

  /// Empty if there is no `git`.
  private Optional<Done> run(String... arguments) throws IOException, InterruptedException {
    var started = start(Redirect.from(Path.of("/dev/null").toFile()), arguments);
    if (started.isEmpty()) {
      return Optional.empty();
    }
    var process = started.get();
    try (var out = process.getInputStream()) {
      var text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      var names = text.isEmpty() ? List.<String>of() : List.of(text.split("\0", -1));
      return Optional.of(
          new Done(
              process.waitFor(), names.isEmpty() ? names : names.subList(0, names.size() - 1)));
    } finally {
      process.destroyForcibly();
    }
  }

  /// Starts a command of git; empty if there is no `git`.
  Optional<Process> start(Redirect input, String... arguments) {
    var command =
        new ArrayList<>(
            List.of("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"));
    command.addAll(Arrays.asList(arguments));
    var builder =
        new ProcessBuilder(command)
            .directory(root.toFile())
            .redirectError(Redirect.DISCARD)
            .redirectInput(input);
    builder.environment().keySet().removeAll(ELSEWHERE);
    builder.environment().put("GIT_OPTIONAL_LOCKS", "0");
    builder.environment().put("GIT_FLUSH", "1"); // after each answer
    try {
      return Optional.of(builder.start());
    } catch (IOException _) {
      return Optional.empty(); // it is not installed
    }
  }
}
