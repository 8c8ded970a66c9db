package dev.drover.files;

import dev.drover.base.Problem;
import java.util.Set;

/// The names of files: one component of a path, without characters that some systems do not allow.
public final class FileNames {
  /// The maximum length, in characters (code points).
  public static final int LONGEST = 255;

  private static final String FORBIDDEN = "<>:\"|?*\\/";
  private static final Set<String> DIRECTORIES = Set.of(".", "..");

  private FileNames() {}

  /// The last component of a path, whose separators are `/` or `\`.
  public static String last(String path) {
    return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  }

  /// Checks and returns a name.
  ///
  /// @throws Problem `INVALID_REQUEST` if it cannot be the name of a file
  public static String check(String name) {
    int length = name.codePointCount(0, name.length());
    if (length < 1 || length > LONGEST) {
      throw Problem.invalid("filename: must have 1 to " + LONGEST + " characters");
    }
    if (name.chars().anyMatch(FileNames::isForbidden)) {
      throw Problem.invalid(
          "filename: \"%s\" has a character that is not allowed: < > : \" ? * \\ / | and control"
                  .formatted(clean(name))
              + " characters");
    }
    if (DIRECTORIES.contains(name)) {
      throw Problem.invalid("filename: \"" + name + "\" is the name of a directory");
    }
    return name;
  }

  /// A name that [#check] accepts: forbidden characters become `_`, and a long name is cut.
  public static String clean(String name) {
    var clean = new StringBuilder();
    name.codePoints()
        .limit(LONGEST)
        .map(c -> isForbidden(c) ? '_' : c)
        .forEach(clean::appendCodePoint);
    return clean.isEmpty() || DIRECTORIES.contains(clean.toString())
        ? clean.toString().replace('.', '_') + "_"
        : clean.toString();
  }

  private static boolean isForbidden(int c) {
    return c < ' ' || c == 0x7f || FORBIDDEN.indexOf(c) >= 0;
  }
}
