package dev.drover.directory;

import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The copy of a directory that is sent to an agent. It remembers the state of each file as it was
/// sent, whatever happens to the directory later.
public final class SentCopy {
  /// Receives the progress, once per file.
  @FunctionalInterface
  public interface Progress {
    void at(long files, long bytes);
  }

  private final Path root;
  private final Selection selection;
  private final Set<String> secrets;
  private final Map<String, FileState> states = new ConcurrentHashMap<>();
  private long bytes;

  public SentCopy(Path root, Selection selection) {
    this.root = root;
    this.selection = selection;
    this.secrets = Set.copyOf(selection.secrets());
  }

  /// The directory that was copied.
  public Path root() {
    return root;
  }

  /// The states of the files by their paths; complete when the archive was read to its end.
  Map<String, FileState> states() {
    return Map.copyOf(states);
  }

  boolean byGit() {
    return selection.ignored() == Selection.Rule.GIT;
  }

  /// The paths that were left out because they look like secrets.
  Set<String> secrets() {
    return secrets;
  }

  /// The archive, to be read once.
  public InputStream archive(Progress progress) {
    return new PaxStream(
        selection.entries().stream().map(entry -> item(entry, progress)).iterator());
  }

  private PaxStream.Item item(PaxEntry entry, Progress progress) {
    if (entry.kind() == PaxEntry.Kind.SYMBOLIC_LINK) {
      states.put(entry.path(), FileState.link(entry.link()));
      return new PaxStream.Item(entry);
    }
    return new PaxStream.Item(entry, () -> open(entry, progress));
  }

  private InputStream open(PaxEntry entry, Progress progress) throws IOException {
    var in = Files.newInputStream(root.resolve(entry.path()), LinkOption.NOFOLLOW_LINKS);
    return new DigestInputStream(in, Digests.sha256()) {
      @Override
      public void close() throws IOException {
        super.close();
        var state = FileState.file(getMessageDigest().digest(), entry.size(), entry.mode());
        states.put(entry.path(), state);
        bytes += entry.size();
        progress.at(states.size(), bytes);
      }
    };
  }
}
