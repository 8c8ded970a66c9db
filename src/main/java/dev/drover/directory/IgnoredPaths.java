package dev.drover.directory;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which new paths are ignored in a directory: what git says in a work tree of it, otherwise what
/// is in a directory for generated files. One thread at a time.
final class IgnoredPaths implements Closeable {
  private static final int MAX_STARTS = 1_000;

  private final Optional<Git> git;
  private final Set<String> notAsked = new HashSet<>();
  private @Nullable Dialogue dialogue;
  private int starts;

  /// A process of git that answers one question after the other.
  private record Dialogue(Process process, OutputStream to, InputStream from) {}

  IgnoredPaths(SentCopy sent) {
    git = sent.byGit() ? Optional.of(new Git(sent.root())) : Optional.empty();
  }

  boolean contains(String path) {
    if (git.isEmpty()) {
      return List.of(path.split("/", -1)).stream().anyMatch(Selecting.GENERATED::contains);
    }
    var parent = path.substring(0, Math.max(0, path.lastIndexOf('/')));
    return !notAsked.contains(parent) && ask(path, parent);
  }

  /// Git ends at a path that it does not accept, such as one behind a link or in a submodule. Then
  /// nothing in that directory is ignored.
  private boolean ask(String path, String parent) {
    if (dialogue == null && starts < MAX_STARTS) {
      starts++;
      dialogue =
          git.orElseThrow()
              .start(
                  Redirect.PIPE,
                  "check-ignore",
                  "-z",
                  "--stdin",
                  "--no-index",
                  "-v",
                  "--non-matching")
              .map(one -> new Dialogue(one, one.getOutputStream(), one.getInputStream()))
              .orElse(null);
    }
    if (dialogue == null) {
      return false;
    }
    try {
      // "./", because a name that begins with a colon is more than a name to git
      dialogue.to.write(("./" + path + "\0").getBytes(StandardCharsets.UTF_8));
      dialogue.to.flush();
      field(dialogue.from); // the file of the pattern
      field(dialogue.from); // its line
      var pattern = field(dialogue.from);
      field(dialogue.from); // the path
      return !pattern.isEmpty() && !pattern.startsWith("!");
    } catch (IOException _) {
      notAsked.add(parent);
      close();
      return false;
    }
  }

  private static String field(InputStream from) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int b = from.read(); b != 0; b = from.read()) {
      if (b < 0) {
        throw new EOFException("git has ended");
      }
      bytes.write(b);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    if (dialogue != null) {
      dialogue.process.destroyForcibly();
      dialogue = null;
    }
  }
}
