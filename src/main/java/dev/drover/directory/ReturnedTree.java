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
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Compares what an agent made of a copy with the copy. Changed contents are kept in files.
public final class ReturnedTree {
  private final SentCopy sent;
  private final Path scratch;
  private final long most;
  private final Map<String, Found> found = new HashMap<>();
  private final Map<String, FileState> states;
  private final List<String> refused = new ArrayList<>();
  private long kept;
  private int files;

  private record Found(FileState state, Optional<Path> content) {}

  /// The changes of a tree.
  ///
  /// @param changes by path
  /// @param refused paths that may not come back, such as links that lead outside
  /// @param ignored the number of new files that are ignored in the directory
  /// @param unnamed the number of files whose names are not UTF-8; they may not come back, either
  public record Changes(List<Change> changes, List<String> refused, int ignored, long unnamed) {
    public Changes {
      changes = List.copyOf(changes);
      refused = List.copyOf(refused);
    }
  }

  /// @param scratch a directory for changed contents
  /// @param most the largest number of bytes to keep
  public ReturnedTree(SentCopy sent, Path scratch, long most) {
    this.sent = sent;
    this.scratch = scratch;
    this.most = most;
    this.states = sent.states();
  }

  /// Reads an archive to its end and compares it.
  ///
  /// @param archive of the directory: the first segment of all paths is its name
  /// @throws IOException also if the changed contents are too large together
  public Changes compare(InputStream archive) throws IOException, InterruptedException {
    long unnamed;
    try (var reader = new PaxReader(archive)) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        take(below(next.get()), reader);
      }
      unnamed = reader.unnamed();
    }
    var changes = new ArrayList<Change>();
    var ignored = ignored();
    for (var path : union()) {
      var before = Optional.ofNullable(states.get(path));
      var after = Optional.ofNullable(found.get(path));
      if (before.equals(after.map(Found::state)) || ignored.contains(path)) {
        continue;
      }
      changes.add(new Change(path, before, after.map(Found::state), after.flatMap(Found::content)));
    }
    return new Changes(changes, refused, ignored.size(), unnamed);
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
    all.removeIf(GitNames::contains); // it never comes back
    all.addAll(found.keySet());
    return all;
  }

  private Set<String> ignored() throws IOException, InterruptedException {
    var added =
        found.keySet().stream()
            .filter(path -> !states.containsKey(path))
            .collect(Collectors.toCollection(TreeSet::new));
    if (sent.byGit()) {
      added.retainAll(new Git(sent.root()).ignored(added));
    } else {
      added.removeIf(
          path -> List.of(path.split("/", -1)).stream().noneMatch(Selecting.GENERATED::contains));
    }
    return added;
  }

  private void take(PaxEntry entry, PaxReader reader) throws IOException {
    var path = entry.path();
    if (path.isEmpty() || entry.kind() == PaxEntry.Kind.DIRECTORY || GitNames.contains(path)) {
      return;
    }
    if (path.equals(ApplyJournal.NAME) || path.startsWith(ApplyJournal.NAME + "/")) {
      refused.add(path);
      return;
    }
    switch (entry.kind()) {
      case FILE -> found.put(path, file(entry, reader));
      case HARD_LINK -> {
        var target = found.get(entry.link());
        if (target == null) {
          refused.add(path);
        } else {
          found.put(path, target);
        }
      }
      case SYMBOLIC_LINK -> {
        if (entry.staysInside() && !GitNames.contains(entry.link())) {
          found.put(path, new Found(FileState.link(entry.link()), Optional.empty()));
        } else {
          refused.add(path);
        }
      }
      case DIRECTORY -> throw new IllegalStateException("a directory is no file");
    }
  }

  private Found file(PaxEntry entry, PaxReader reader) throws IOException {
    var before = states.get(entry.path());
    if (before != null && !before.isLink() && before.size() == entry.size()) {
      return sameSize(entry, reader, before);
    }
    if (entry.size() > most - kept) {
      throw new IOException(
          "the changes are larger than "
              + (most >> 20)
              + " MiB; drover cp copies them, wherever you like");
    }
    kept += entry.size();
    var content = scratch.resolve("content-" + files++);
    var digest = Digests.sha256();
    try (var out = new DigestOutputStream(Files.newOutputStream(content), digest)) {
      reader.content().transferTo(out);
    }
    return new Found(
        FileState.file(digest.digest(), entry.size(), entry.mode()), Optional.of(content));
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
