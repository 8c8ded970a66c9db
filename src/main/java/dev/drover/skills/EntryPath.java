package dev.drover.skills;

import dev.drover.base.Problem;
import dev.drover.base.Utf8;
import java.text.Normalizer;
import java.util.List;
import java.util.regex.Pattern;

/// The path of a file or a directory in an upload: relative, with `/` between its segments, and
/// safe to make on any file system.
record EntryPath(String value) {
  /// None of the characters and devices that Windows reserves, no blank or dot at the end, and
  /// nothing that cannot be seen but the two joiners that some scripts need.
  ///
  /// @see <a href="https://learn.microsoft.com/windows/win32/fileio/naming-a-file">Naming files</a>
  private static final Pattern PORTABLE =
      Pattern.compile(
          "(?!(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?$)"
              + "([^<>:\"|?*\\p{Cf}\\p{Zl}\\p{Zp}]|[\\u200C\\u200D])*"
              + "(?<![. \\p{Zs}])");

  private static final int MAX_SEGMENT = 200;
  private static final int MAX_DEPTH = 16;

  /// Returns a path that was sent, without a `/` at its end.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is not allowed
  static EntryPath of(String sent) {
    if (sent.chars().anyMatch(c -> Character.isISOControl(c) || c == '\uFFFD')) {
      throw refused(sent, "has control characters, or characters that are not UTF-8, in its name");
    }
    if (sent.indexOf('\\') >= 0) {
      throw refused(sent, "has a \\ in its name");
    }
    if (!Normalizer.isNormalized(sent, Normalizer.Form.NFC)) {
      throw refused(sent, "has a name that is not in Unicode normalization form C");
    }
    var path = new EntryPath(sent.endsWith("/") ? sent.substring(0, sent.length() - 1) : sent);
    path.checkSegments();
    return path;
  }

  private void checkSegments() {
    if (value.startsWith("/")) {
      throw refused("has an absolute path");
    }
    var segments = segments();
    if (segments.size() > MAX_DEPTH) {
      throw refused("is more than " + MAX_DEPTH + " levels deep");
    }
    for (var segment : segments) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw refused("has an empty segment, \".\" or \"..\" in its path");
      }
      if (Utf8.length(segment) > MAX_SEGMENT) {
        throw refused("has a name of more than " + MAX_SEGMENT + " bytes");
      }
      if (!PORTABLE.matcher(segment).matches()) {
        throw refused("has a name that is not safe on every file system");
      }
    }
  }

  List<String> segments() {
    return List.of(value.split("/", -1));
  }

  String top() {
    return segments().getFirst();
  }

  /// Whether it is what macOS adds to archives, which is ignored.
  boolean isClutter() {
    return top().equals("__MACOSX") || segments().getLast().equals(".DS_Store");
  }

  Problem refused(String why) {
    return refused(value, why);
  }

  static Problem refused(String path, String why) {
    return Problem.invalid("files: \"" + shown(path) + "\" " + why);
  }

  private static String shown(String path) {
    return path.codePoints()
        .limit(120)
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
