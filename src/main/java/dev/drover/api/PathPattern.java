package dev.drover.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A pattern for the paths of a route.
///
/// @param template the pattern as it is shown in logs and metrics: `{}` stands for a name, a final
///   `**` for any remaining segments
/// @param segments the segments of the pattern: `{agent}` stands for a name, `{model+}` for a name
///   that may contain escaped slashes
record PathPattern(String template, List<String> segments) {
  private static final String REST = "**";
  private static final Pattern NAMES = Pattern.compile("\\{[^}]*}");

  PathPattern {
    segments = List.copyOf(segments);
  }

  static PathPattern of(String path) {
    return new PathPattern(NAMES.matcher(path).replaceAll("{}"), Segments.of(path));
  }

  /// Whether a path matches.
  ///
  /// @param path the decoded segments of the path
  boolean matches(List<String> path) {
    int fixed = fixed();
    if (fixed == segments.size() ? path.size() != fixed : path.size() < fixed) {
      return false;
    }
    for (int i = 0; i < fixed; i++) {
      if (!matches(segments.get(i), path.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(String pattern, String segment) {
    if (!isName(pattern)) {
      return pattern.equals(segment);
    }
    return pattern.endsWith("+}") ? Segments.isNameWithSlashes(segment) : Segments.isName(segment);
  }

  /// The values of the names in a path that matches.
  Map<String, String> names(List<String> path) {
    var names = new LinkedHashMap<String, String>();
    for (int i = 0; i < fixed(); i++) {
      var pattern = segments.get(i);
      if (isName(pattern)) {
        names.put(pattern.substring(1, pattern.length() - 1).replace("+", ""), path.get(i));
      }
    }
    return names;
  }

  private int fixed() {
    return segments.getLast().equals(REST) ? segments.size() - 1 : segments.size();
  }

  private static boolean isName(String pattern) {
    return pattern.startsWith("{");
  }
}
