package dev.drover.cli;

import dev.drover.directory.Applying;
import dev.drover.directory.Change;
import dev.drover.directory.GitPatch;
import dev.drover.directory.NotApplied;
import dev.drover.directory.QuotedPath;
import dev.drover.directory.ReturnedTree;
import dev.drover.directory.SentCopy;
import dev.drover.directory.TextDiff;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/// What an agent changed in its copy of a directory: shown, and applied if the user agrees.
final class ReturnedChanges {
  private static final long MOST = 1L << 30;
  private static final int NAMED = 10;

  private final Shell shell;
  private final PrintStream out;
  private final CopyOptions options;
  private final SentCopy sent;
  private final KeptSession session;
  private final String name;

  /// @param out where the changes are shown
  /// @param name of the directory
  ReturnedChanges(
      Shell shell,
      PrintStream out,
      CopyOptions options,
      SentCopy sent,
      KeptSession session,
      String name) {
    this.shell = shell;
    this.out = out;
    this.options = options;
    this.sent = sent;
    this.session = session;
    this.name = name;
  }

  /// Fetches and shows the changes, and applies them if the user agrees.
  ///
  /// @return whether all that was to be done succeeded
  boolean handle(Api api) throws Refusal, IOException, InterruptedException {
    var scratch = Files.createTempDirectory("drover-");
    try (var _ = shell.signals().handle(List.of("INT"), () -> leave(scratch))) {
      ReturnedTree.Changes found;
      var path = FilesAddress.path(session.id(), FilesAddress.WORKSPACE);
      try (var archive = api.download(path)) {
        found = new ReturnedTree(sent, scratch, MOST).compare(archive);
      }
      tellOfOthers(found);
      var changes = found.changes();
      if (changes.isEmpty()) {
        out.println("No files changed in " + FilesAddress.WORKSPACE);
        return true;
      }
      show(changes);
      if (options.diff().isPresent()) {
        save(changes, options.diff().get());
      }
      return decide(changes);
    } finally {
      delete(scratch);
    }
  }

  /// Ctrl-C while the changes are fetched or the question is asked.
  private void leave(Path scratch) {
    try {
      delete(scratch);
    } catch (IOException _) {
      // a file is being written to it; the next clean-up of the machine's temporary files gets it
    }
    shell.err().println();
    say("nothing was applied");
    shell.leave().accept(Ending.Kind.INTERRUPTED.status());
  }

  private static void delete(Path scratch) throws IOException {
    if (!Files.exists(scratch)) {
      return;
    }
    try (Stream<Path> all = Files.list(scratch)) {
      for (var file : all.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(scratch);
  }

  private void tellOfOthers(ReturnedTree.Changes found) {
    var left = found.left();
    for (var one : left.subList(0, Math.min(left.size(), NAMED))) {
      say("left in the sandbox: " + shown(one.path()) + " " + one.why());
    }
    if (left.size() > NAMED) {
      say("left in the sandbox: %,d more".formatted(left.size() - NAMED));
    }
    if (found.ignored() > 0) {
      say(
          found.ignored() == 1
              ? "a new file that is ignored here stays in the sandbox"
              : "%,d new files that are ignored here stay in the sandbox"
                  .formatted(found.ignored()));
    }
    if (found.unnamed() > 0) {
      say("left in the sandbox: %,d with names that are not UTF-8".formatted(found.unnamed()));
    }
  }

  /// A path on one line. A name that could be taken for another one is in quotes.
  private static String shown(String path) {
    return Sanitized.line(path).equals(path) ? path : QuotedPath.quoted(path);
  }

  private void show(List<Change> changes) throws IOException {
    out.printf(
        "%,d %s changed in %s%n",
        changes.size(), changes.size() == 1 ? "file" : "files", FilesAddress.WORKSPACE);
    var names = changes.stream().map(change -> shown(change.path())).toList();
    int width = names.stream().mapToInt(String::length).max().orElse(0);
    for (int i = 0; i < changes.size(); i++) {
      var change = changes.get(i);
      var line = new StringBuilder("  ").append(change.kind().letter()).append(' ');
      line.append(names.get(i))
          .repeat(" ", Math.max(0, Math.min(width, 60) - names.get(i).length()) + 2);
      line.append(figures(TextDiff.of(change, sent.root())));
      if (change.runs()) {
        line.append("   runs on your machine");
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static String figures(TextDiff diff) {
    if (diff.omission().isPresent()) {
      return diff.omission().get();
    }
    return (diff.added() > 0 ? "+" + diff.added() : "")
        + (diff.added() > 0 && diff.removed() > 0 ? " " : "")
        + (diff.removed() > 0 ? "-" + diff.removed() : "");
  }

  /// Writes a patch, and names the changes that are not in it.
  private void save(List<Change> changes, Path file) throws IOException {
    try (var to = Files.newBufferedWriter(file)) {
      var patch = new GitPatch(sent.root(), to);
      for (var change : changes) {
        var missing = patch.add(change);
        if (missing.isPresent()) {
          say("not in the patch: " + shown(change.path()) + " (" + missing.get() + ")");
        }
      }
    }
  }

  private void print(List<Change> changes) throws IOException {
    for (var change : changes) {
      for (var line : TextDiff.of(change, sent.root()).lines()) {
        // a carriage return would begin a line that could be taken for one of the diff
        out.println(Sanitized.output(line).replace('\n', ' '));
      }
    }
  }

  private boolean decide(List<Change> changes) throws IOException {
    if (options.apply()) {
      return apply(changes);
    }
    var question = new Question(shell);
    if (!question.isPossible()) {
      print(changes);
      say("the changes were not applied; --apply applies them");
      return true;
    }
    while (true) {
      switch (question.ask("Apply to " + name + "? [y]es  [n]o  [e]ach  [d]iff")) {
        case "y", "yes" -> {
          return apply(changes);
        }
        case "d", "diff" -> print(changes);
        case "e", "each" -> {
          return apply(each(question, changes));
        }
        case "n", "no", "" -> {
          return refused();
        }
        default -> say("please answer y, n, e or d");
      }
    }
  }

  private List<Change> each(Question question, List<Change> changes) throws IOException {
    var chosen = new ArrayList<Change>();
    for (var change : changes) {
      print(List.of(change));
      if (question.isYes("Apply to " + shown(change.path()) + "? [y/N]")) {
        chosen.add(change);
      }
    }
    return chosen;
  }

  private boolean refused() {
    say("nothing was applied. " + howToGet("FILE"));
    return true;
  }

  /// Ctrl-C undoes what was applied.
  private boolean apply(List<Change> changes) throws IOException {
    if (changes.isEmpty()) {
      return refused();
    }
    var cancelled = new AtomicBoolean();
    try (var _ = shell.signals().handle(List.of("INT"), () -> cancelled.set(true))) {
      new Applying(sent.root(), cancelled::get).apply(changes);
      out.printf("Applied to %s%n", name);
      return true;
    } catch (NotApplied e) {
      for (var conflict : e.conflicts()) {
        say(shown(conflict.path()) + " " + conflict.why());
      }
      say(
          "nothing was applied"
              + (e.conflicts().isEmpty() ? "" : ". " + howToGet(e.conflicts().getFirst().path())));
      return false;
    }
  }

  private String howToGet(String path) {
    return "To get a file: "
        + session.serve()
        + "\nand "
        + session.copy(Sanitized.line(path).equals(path) ? path : "FILE");
  }

  private void say(String line) {
    out.flush();
    shell.err().println("drover: " + line);
  }
}
