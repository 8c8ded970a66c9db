package dev.drover.directory;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/// Paths into the directory of a git repository. Git executes what is configured there.
final class GitNames {
  /// The short form that Windows gives to `.git`.
  private static final Pattern SHORT = Pattern.compile("git~\\d+");

  private GitNames() {}

  /// Whether a segment of the path is `.git` on any file system: in any case, in its short form,
  /// with characters that a file system ignores, or as a stream of it.
  static boolean contains(String path) {
    return Arrays.stream(path.split("[/\\\\]", -1)).anyMatch(GitNames::isGit);
  }

  private static boolean isGit(String segment) {
    var seen = new StringBuilder();
    segment
        .codePoints()
        .filter(c -> Character.getType(c) != Character.FORMAT)
        .forEach(seen::appendCodePoint);
    var name = seen.toString().toLowerCase(Locale.ROOT);
    int stream = name.indexOf(':');
    name = (stream < 0 ? name : name.substring(0, stream)).replaceFirst("[. ]+$", "");
    return name.equals(".git") || SHORT.matcher(name).matches();
  }
}
