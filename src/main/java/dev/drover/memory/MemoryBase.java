package dev.drover.memory;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What a directory and its store agreed on last. A lost base loses no content, but a deletion that
/// only one of the two had is undone. Not safe for concurrent use.
public final class MemoryBase {
  private final Map<String, String> agreed = new HashMap<>();
  private final Map<String, String> reported = new HashMap<>();
  private final Set<String> missing = new HashSet<>();
  private final List<String> lines = new ArrayList<>();

  /// The base that a text describes; an empty one if it describes none.
  ///
  /// @param text written by [#text]
  static MemoryBase of(String text) {
    var base = new MemoryBase();
    try {
      if (Json.parse(text) instanceof Json.Obj all) {
        read(all, "agreed", base.agreed);
        read(all, "reported", base.reported);
        var marked = new HashMap<String, String>();
        read(all, "missing", marked);
        base.missing.addAll(marked.keySet());
        for (var line : all.items("lines")) {
          if (line instanceof Json.Str(var told)) {
            base.lines.add(told);
          }
        }
      }
      return base;
    } catch (Json.Malformed _) {
      return new MemoryBase();
    }
  }

  private static void read(Json.Obj all, String name, Map<String, String> into) {
    var part = all.object(name);
    for (var path : part.fields().keySet()) {
      var value = part.text(path);
      if (value != null) {
        into.put(path, value);
      }
    }
  }

  /// The base as a text.
  String text() {
    var marked = new TreeMap<String, String>();
    missing.forEach(path -> marked.put(path, ""));
    return Json.obj(
            "agreed",
            new TreeMap<>(agreed),
            "reported",
            new TreeMap<>(reported),
            "missing",
            marked,
            "lines",
            List.copyOf(lines))
        .toString();
  }

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

  /// Forgets what was reported of paths that neither has.
  void forgetAllBut(Set<String> paths) {
    reported.keySet().retainAll(paths);
  }

  /// Whether the directory lacked a path in the round before, which was not deleted then.
  boolean wasMissing(String path) {
    return missing.contains(path);
  }

  /// Sets which paths the directory lacks.
  void missing(Collection<String> paths) {
    missing.clear();
    missing.addAll(paths);
  }

  /// What the agent must know and may not have been told yet.
  List<String> lines() {
    return lines;
  }

  /// Whether a path is missing in the directory.
  boolean lacksSome() {
    return !missing.isEmpty();
  }
}
