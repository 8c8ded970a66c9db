package dev.drover.cli;

import dev.drover.directory.Applying;
import dev.drover.directory.Selection;
import dev.drover.directory.SentCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A directory of the user of which an agent gets a copy.
final class CopiedDirectory {
  private static final long EVERY = 100_000_000;

  private final Shell shell;
  private final Path root;
  private final Selection selection;

  private CopiedDirectory(Shell shell, Path root, Selection selection) {
    this.shell = shell;
    this.root = root;
    this.selection = selection;
  }

  /// A reason not to copy a directory, in words for the user.
  static final class Declined extends Exception {
    private static final long serialVersionUID = 1;

    Declined(String message) {
      super(message);
    }
  }

  /// The directory that the options name, with all questions asked. Undoes an earlier application
  /// of changes to it that did not end.
  static CopiedDirectory of(Shell shell, CopyOptions options)
      throws Declined, IOException, InterruptedException {
    var root = root(options.directory().orElseThrow());
    recover(shell, root);
    var selection = Selection.of(root, options.wish());
    var copied = new CopiedDirectory(shell, root, selection);
    if (selection.isLarge() && !options.anySize()) {
      copied.askAboutSize();
    }
    copied.tellAboutSecrets();
    return copied;
  }

  /// A directory that was not named: nothing is asked or said yet.
  static CopiedDirectory offered(Shell shell, Path root) throws IOException, InterruptedException {
    return new CopiedDirectory(
        shell, root, Selection.of(root, new Selection.Wish(false, Set.of())));
  }

  private static Path root(String text) throws Declined, IOException {
    try {
      var path = Path.of(text);
      if (!Files.isDirectory(path)) {
        throw new Declined(Sanitized.line(text) + " is not a directory");
      }
      return path.toRealPath();
    } catch (InvalidPathException _) {
      throw new Declined(Sanitized.line(text) + " is not the name of a directory");
    }
  }

  /// Undoes an earlier application of changes that did not end, and says so.
  static void recover(Shell shell, Path root) throws IOException {
    var kept = Applying.recover(root);
    if (kept.isPresent()) {
      say(shell, "an earlier application of changes did not end; it was undone");
      kept.get().forEach(one -> say(shell, Sanitized.line(one.path() + " " + one.why())));
    }
  }

  private void askAboutSize() throws Declined, IOException {
    var size = size();
    selection
        .largest()
        .forEach(
            one -> say(shell, "  " + ByteCount.of(one.size()) + "  " + Sanitized.line(one.path())));
    var question = new Question(shell);
    if (!question.isPossible()) {
      throw new Declined(name() + " is large (" + size + "); --any-size copies it");
    }
    if (!question.isYes(name() + " is large (" + size + "). Copy it? [y/N]")) {
      throw new Declined("nothing was copied");
    }
  }

  private void tellAboutSecrets() {
    tell(selection.secrets(), "Left out %s: %s (--with FILE sends one)");
    tell(
        selection.sent(),
        "Sending %s, because git tracks "
            + (selection.sent().size() == 1 ? "it" : "them")
            + ": %s");
  }

  private void tell(List<String> paths, String text) {
    if (!paths.isEmpty()) {
      var files =
          paths.size() == 1
              ? "a file that looks like a secret"
              : paths.size() + " files that look like secrets";
      say(shell, text.formatted(files, Sanitized.line(String.join(", ", paths))));
    }
  }

  private static void say(Shell shell, String line) {
    shell.err().println("drover: " + line);
  }

  String name() {
    var home = Optional.ofNullable(shell.variables().get("HOME")).map(Path::of);
    var text =
        home.filter(one -> root.startsWith(one) && !root.equals(one))
            .map(one -> "~/" + one.relativize(root))
            .orElse(root.toString());
    return Sanitized.line(text);
  }

  /// The number of files and their size.
  String size() {
    int files = selection.entries().size();
    return "%,d %s, %s"
        .formatted(files, files == 1 ? "file" : "files", ByteCount.of(selection.bytes()));
  }

  Selection selection() {
    return selection;
  }

  /// Sends the copy to a session.
  SentCopy send(Api api, String session) throws Refusal, IOException, InterruptedException {
    var copy = new SentCopy(root, selection);
    try (var archive = copy.archive(this::progress)) {
      var address = FilesAddress.path(session, FilesAddress.WORKSPACE);
      api.send("PUT", address, FilesAddress.TYPE, archive);
    }
    if (shell.live()) {
      shell.err().print("\r\u001b[K");
    }
    say(shell, "copied " + name() + " to /workspace (" + size() + ")" + skipped());
    return copy;
  }

  private String skipped() {
    return switch (selection.skipped()) {
      case 0 -> "";
      case 1 -> "; left out a link to the outside, a repository or a special file";
      default ->
          "; left out %,d links to the outside, repositories or special files"
              .formatted(selection.skipped());
    };
  }

  private long shown;

  private void progress(long files, long bytes) {
    long now = System.nanoTime();
    if (shell.live() && now - shown > EVERY) {
      shown = now;
      shell
          .err()
          .print(
              "\r\u001b[KCopying %,d of %,d files, %s of %s"
                  .formatted(
                      files,
                      selection.entries().size(),
                      ByteCount.of(bytes),
                      ByteCount.of(selection.bytes())));
      shell.err().flush();
    }
  }
}
