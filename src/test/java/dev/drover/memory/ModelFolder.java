package dev.drover.memory;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A directory as a model. Something may happen before each of its operations.
final class ModelFolder implements MemoryFolder {
  final Map<String, String> files = new TreeMap<>();

  /// What was overwritten or removed by rounds, by path: the last one.
  final Map<String, String> displaced = new HashMap<>();

  /// The contents that were ever in it.
  final Set<String> seen = new HashSet<>();

  /// A planted bug.
  boolean ignoresExpectations;

  private final Runnable step;

  ModelFolder(Runnable step) {
    this.step = step;
  }

  void write(String path, String text) {
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
