package dev.drover.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// The offer to give an agent a copy of the current directory, once per directory and only at a
/// terminal. That an offer was made is kept in a file of the user.
final class DirectoryOffer {
  private static final int MAX_KEPT = 1 << 20;

  private final Shell shell;
  private final Path directory;

  DirectoryOffer(Shell shell) {
    this(shell, Path.of("").toAbsolutePath());
  }

  DirectoryOffer(Shell shell, Path directory) {
    this.shell = shell;
    this.directory = directory;
  }

  /// The directory, if the user agrees. Not offered are the home directory, an empty directory, one
  /// that is large, and one that cannot be read; nothing is offered if that cannot be remembered.
  Optional<CopiedDirectory> make(CopyOptions options)
      throws CopiedDirectory.Declined, IOException, InterruptedException {
    var question = new Question(shell);
    var offered = question.isPossible() ? offered() : Optional.<CopiedDirectory>empty();
    boolean agreed =
        offered.isPresent()
            && question.isYes(
                "Give the agent a copy of %s (%s)? [y/N]"
                    .formatted(offered.get().name(), offered.get().size()));
    return agreed
        ? Optional.of(CopiedDirectory.of(shell, options.at(directory.toString())))
        : Optional.empty();
  }

  private Optional<CopiedDirectory> offered() throws InterruptedException {
    var kept = kept();
    if (kept.isEmpty()
        || directory.getParent() == null
        || directory.toString().equals(shell.variables().get("HOME"))) {
      return Optional.empty();
    }
    try {
      if (wasMade(kept.get())) {
        return Optional.empty();
      }
      var copied = CopiedDirectory.offered(shell, directory);
      if (copied.selection().entries().isEmpty()) {
        return Optional.empty();
      }
      remember(kept.get());
      return copied.selection().isLarge() ? Optional.empty() : Optional.of(copied);
    } catch (IOException _) {
      return Optional.empty(); // the task goes on without a copy
    }
  }

  /// The file of the directories to which the offer was made; empty without a home directory.
  private Optional<Path> kept() {
    var state = shell.variables().getOrDefault("XDG_STATE_HOME", "");
    var home = shell.variables().getOrDefault("HOME", "");
    if (!state.isEmpty()) {
      return Optional.of(Path.of(state, "drover", "offered"));
    }
    return home.isEmpty()
        ? Optional.empty()
        : Optional.of(Path.of(home, ".local", "state", "drover", "offered"));
  }

  private boolean wasMade(Path kept) throws IOException {
    try {
      return Files.size(kept) > MAX_KEPT || Files.readAllLines(kept).contains(line());
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  private void remember(Path kept) throws IOException {
    Files.createDirectories(kept.getParent());
    Files.writeString(kept, line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private String line() {
    return directory.toString().replace("\n", "\\n");
  }
}
