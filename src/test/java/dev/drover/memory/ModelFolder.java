package dev.drover.memory;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A directory as a model. Something may happen before each of its operations.
public final class ModelFolder implements MemoryFolder {
  public final Map<String, String> files = new TreeMap<>();

  /// What was overwritten or removed by rounds, by path: the last one.
  final Map<String, String> displaced = new HashMap<>();

  /// The contents that were ever in it.
  final Set<String> seen = new HashSet<>();

  /// Whether files are missing only because they were deleted.
  boolean quiet = true;

  private Optional<String> kept = Optional.empty();

  /// A planted bug.
  boolean ignoresExpectations;

  private final Runnable step;

  public ModelFolder(Runnable step) {
    this.step = step;
  }

  public void write(String path, String text) {
    files.put(path, text);
    seen.add(text);
  }

  @Override
  public Map<String, Found> list() {
    step.run();
    var found = new HashMap<String, Found>();
    files.forEach((path, text) -> found.put(path, new Text(MemoryText.of(text).sha256())));
    return found;
  }

  @Override
  public boolean isQuiet() {
    return quiet;
  }

  @Override
  public Optional<Found> hidden(String path) {
    return Optional.empty();
  }

  @Override
  public Optional<String> fault(String path) {
    return Optional.empty();
  }

  @Override
  public Optional<String> kept() {
    return kept;
  }

  @Override
  public void keep(String text) {
    step.run();
    kept = Optional.of(text);
  }

  void forget() {
    kept = Optional.empty();
  }

  @Override
  public Optional<MemoryText> read(String path, String sha256) {
    step.run();
    return Optional.ofNullable(files.get(path))
        .map(MemoryText::of)
        .filter(text -> text.sha256().equals(sha256));
  }

  @Override
  public boolean put(String path, String text, Optional<String> expected) {
    step.run();
    if (!holds(path, expected) || isBelowAFile(path)) {
      return false;
    }
    displace(path);
    write(path, text);
    return true;
  }

  @Override
  public boolean remove(String path, String expected) {
    step.run();
    if (!holds(path, Optional.of(expected))) {
      return false;
    }
    displace(path);
    files.remove(path);
    return true;
  }

  /// A file has no files below it, and a directory is no file.
  boolean isBelowAFile(String path) {
    return new MemoryPath(path).ancestors().stream().anyMatch(files::containsKey)
        || files.keySet().stream().anyMatch(other -> other.startsWith(path + "/"));
  }

  private boolean holds(String path, Optional<String> expected) {
    return ignoresExpectations
        || Optional.ofNullable(files.get(path))
            .map(text -> MemoryText.of(text).sha256())
            .equals(expected);
  }

  private void displace(String path) {
    if (files.containsKey(path)) {
      displaced.put(path, files.get(path));
    }
  }
}
