package dev.drover.directory;

import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Compares what an agent made of a copy with the copy. Changed contents are kept in files.
public final class ReturnedTree {
  private static final int MOST_FILES = 200_000;

  private final SentCopy sent;
  private final Path scratch;
  private final long most;
  private final Map<String, Found> found = new HashMap<>();
  private final Map<String, FileState> states;
  private final Map<String, String> left = new TreeMap<>();
  private final IgnoredPaths ignoring;
  private int ignored;
  private long kept;
  private int files;

  private record Found(FileState state, Optional<Path> content) {}

  /// The changes of a tree.
  ///
  /// @param changes by path
  /// @param left what may not come back, such as links that lead outside
  /// @param ignored the number of new files that are ignored in the directory
  /// @param unnamed the number of files whose names are not UTF-8; they may not come back, either
  public record Changes(List<Change> changes, List<Conflict> left, int ignored, long unnamed) {
    public Changes {
      changes = List.copyOf(changes);
      left = List.copyOf(left);
    }
  }

  /// @param scratch a directory for changed contents
  /// @param most the largest number of bytes to keep; files beyond it are left
  public ReturnedTree(SentCopy sent, Path scratch, long most) {
    this.sent = sent;
    this.scratch = scratch;
    this.most = most;
    this.states = sent.states();
    this.ignoring = new IgnoredPaths(sent);
  }

  /// Reads an archive to its end and compares it.
  ///
  /// @param archive of the directory: the first segment of all paths is its name
  /// @throws IOException also if there are too many files
  public Changes compare(InputStream archive) throws IOException {
    long unnamed;
    try (ignoring;
        var reader = new PaxReader(archive)) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        take(below(next.get()), reader);
      }
      unnamed = reader.unnamed();
    }
    var changes = new ArrayList<Change>();
    for (var path : union()) {
      var before = Optional.ofNullable(states.get(path));
      var after = Optional.ofNullable(found.get(path));
      if (!before.equals(after.map(Found::state))) {
        changes.add(
            new Change(path, before, after.map(Found::state), after.flatMap(Found::content)));
      }
    }
    var others = left.entrySet().stream().map(one -> new Conflict(one.getKey(), one.getValue()));
    return new Changes(changes, others.toList(), ignored, unnamed);
  }

  /// The entry without the name of the directory in its paths.
  private static PaxEntry below(PaxEntry entry) {
    var path = entry.path().contains("/") ? tail(entry.path()) : "";
    return entry.kind() == PaxEntry.Kind.HARD_LINK
        ? new PaxEntry(entry.kind(), path, entry.mode(), 0, entry.modified(), tail(entry.link()))
        : entry.at(path);
  }

  private static String tail(String path) {
    return path.substring(path.indexOf('/') + 1);
  }

  private Set<String> union() {
    var all = new TreeSet<>(states.keySet());
    all.removeIf(path -> GitNames.contains(path) || isLeft(path));
    all.addAll(found.keySet());
    return all;
  }

  /// Whether the path, or a directory on the way, is left in the sandbox.
  private boolean isLeft(String path) {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (left.containsKey(path.substring(0, slash))) {
        return true;
      }
    }
    return left.containsKey(path);
  }

  private void take(PaxEntry entry, PaxReader reader) throws IOException {
    var path = entry.path();
    if (path.isEmpty() || entry.kind() == PaxEntry.Kind.DIRECTORY || GitNames.contains(path)) {
      return;
    }
    if (path.equals(ApplyJournal.NAME) || path.startsWith(ApplyJournal.NAME + "/")) {
      left.put(path, "has a name that drover uses");
      return;
    }
    if (!states.containsKey(path) && ignoring.contains(path)) {
      ignored++;
      return;
    }
    if (sent.secrets().contains(path)) {
      left.put(path, "exists here and was not copied");
      return;
    }
    if (found.size() + left.size() >= MOST_FILES + states.size()) {
      throw new IOException("the agent made more than 200,000 files that are not ignored");
    }
    switch (entry.kind()) {
      case FILE -> file(entry, reader).ifPresent(file -> found.put(path, file));
      case HARD_LINK -> hardLink(path, entry.link());
      case SYMBOLIC_LINK -> symbolicLink(entry);
      case DIRECTORY -> throw new IllegalStateException("a directory is no file");
    }
  }

  private void hardLink(String path, String earlier) {
    var target = found.get(earlier);
    if (target == null) {
      left.put(path, "is a second name of a file that does not come back");
    } else {
      found.put(path, target);
    }
  }

  private void symbolicLink(PaxEntry entry) {
    if (entry.staysInside() && !GitNames.contains(entry.link())) {
      found.put(entry.path(), new Found(FileState.link(entry.link()), Optional.empty()));
    } else {
      left.put(entry.path(), "is a link that leads outside");
    }
  }

  /// Empty if the file is too large.
  private Optional<Found> file(PaxEntry entry, PaxReader reader) throws IOException {
    var before = states.get(entry.path());
    if (before != null && !before.isLink() && before.size() == entry.size()) {
      return Optional.of(sameSize(entry, reader, before));
    }
    if (entry.size() > most - kept) {
      left.put(
          entry.path(),
          "is too large: the changes may have %,d MiB together".formatted(most >> 20));
      return Optional.empty();
    }
    kept += entry.size();
    var content = scratch.resolve("content-" + files++);
    var digest = Digests.sha256();
    try (var out = new DigestOutputStream(Files.newOutputStream(content), digest)) {
      reader.content().transferTo(out);
    }
    var state = FileState.file(digest.digest(), entry.size(), entry.mode());
    return Optional.of(new Found(state, Optional.of(content)));
  }

  /// Most files are unchanged: their contents are written and removed again only if they are large.
  private Found sameSize(PaxEntry entry, PaxReader reader, FileState before) throws IOException {
    var content = scratch.resolve("content-" + files++);
    var in = new DigestInputStream(reader.content(), Digests.sha256());
    if (entry.size() <= 1 << 20) {
      var bytes = in.readAllBytes();
      var state = FileState.file(in.getMessageDigest().digest(), entry.size(), entry.mode());
      if (state.equals(before)) {
        return new Found(state, Optional.of(sent.root().resolve(entry.path())));
      }
      Files.write(content, bytes);
      return new Found(state, Optional.of(content));
    }
    try (OutputStream out = Files.newOutputStream(content)) {
      in.transferTo(out);
    }
    var state = FileState.file(in.getMessageDigest().digest(), entry.size(), entry.mode());
    if (state.equals(before)) {
      Files.delete(content);
      return new Found(state, Optional.of(sent.root().resolve(entry.path())));
    }
    return new Found(state, Optional.of(content));
  }
}
