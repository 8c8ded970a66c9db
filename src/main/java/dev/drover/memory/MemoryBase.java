package dev.drover.memory;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a directory and its store agreed on last. A lost base loses no content, but a deletion that
/// only one of the two had is undone. Not safe for concurrent use.
public final class MemoryBase {
  private final Map<String, String> agreed = new HashMap<>();
  private final Map<String, String> reported = new HashMap<>();

  /// The digest that both had at a path; empty: nothing.
  Optional<String> at(String path) {
    return Optional.ofNullable(agreed.get(path));
  }

  void agree(String path, Optional<String> sha256) {
    sha256.ifPresentOrElse(one -> agreed.put(path, one), () -> agreed.remove(path));
    reported.remove(path);
  }

  /// The paths at which both had something.
  Set<String> paths() {
    return new HashSet<>(agreed.keySet());
  }

  /// Whether a state of a path was not reported before.
  boolean isNews(String path, String state) {
    return !state.equals(reported.put(path, state));
  }
}
