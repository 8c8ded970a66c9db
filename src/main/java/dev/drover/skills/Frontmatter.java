package dev.drover.skills;

import dev.drover.base.Blank;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the YAML at the beginning of a `SKILL.md` says of a skill. Other keys are ignored.
///
/// @param name of letters a-z, digits and `-`
/// @param description without `<` and `>`
record Frontmatter(String name, String description) {
  private static final int MAX_BYTES = 64 * 1024;
  private static final int MAX_DESCRIPTION = 1024;
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");
  private static final String MARK = "---";

  /// Reads the beginning of a `SKILL.md`.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is not as it must be
  static Frontmatter read(InputStream skill) throws IOException {
    var json = parse(yaml(skill.readNBytes(MAX_BYTES + 1)));
    var name = text(json, "name");
    if (!NAME.matcher(name).matches()) {
      throw problem("name must have 1 to 64 characters of a-z, 0-9 and -");
    }
    var description = text(json, "description").strip();
    int length = description.codePointCount(0, description.length());
    if (Blank.is(description) || length > MAX_DESCRIPTION) {
      throw problem("description must have 1 to " + MAX_DESCRIPTION + " characters");
    }
    if (description.chars().anyMatch(c -> c == '<' || c == '>')) {
      throw problem("description must not contain < or >");
    }
    if (description.chars().anyMatch(c -> Character.isISOControl(c) && "\n\r\t".indexOf(c) < 0)) {
      throw problem("description must not contain control characters");
    }
    return new Frontmatter(name, description);
  }

  /// The lines between the first line and the next one that consists of the mark.
  private static String yaml(byte[] head) {
    int begin = startsWithBom(head) ? 3 : 0;
    int from = lineEnd(head, begin);
    if (!isMark(head, begin, from)) {
      throw problem("must begin with a line ---, followed by name, description and a line ---");
    }
    for (int start = from + 1; start < head.length; ) {
      int end = lineEnd(head, start);
      if (isMark(head, start, end)) {
        return decoded(head, from, start - from);
      }
      start = end + 1;
    }
    throw problem(
        head.length > MAX_BYTES
            ? "has no line --- that ends it within " + MAX_BYTES / 1024 + " KiB"
            : "has no line --- that ends it");
  }

  private static boolean startsWithBom(byte[] bytes) {
    return bytes.length >= 3
        && bytes[0] == (byte) 0xEF
        && bytes[1] == (byte) 0xBB
        && bytes[2] == (byte) 0xBF;
  }

  private static int lineEnd(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  private static boolean isMark(byte[] bytes, int from, int to) {
    return new String(bytes, from, Math.max(0, to - from), StandardCharsets.ISO_8859_1)
        .stripTrailing()
        .equals(MARK);
  }

  /// The text begins with the end of the first line, so that its lines have the numbers that they
  /// have in the file.
  private static String decoded(byte[] bytes, int from, int count) {
    try {
      var text = ByteBuffer.wrap(bytes, from, count);
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException _) {
      throw problem("is not UTF-8");
    }
  }

  private static Json.Obj parse(String yaml) {
    try {
      if (Yaml.document(yaml).json() instanceof Json.Obj object) {
        return object;
      }
    } catch (Yaml.Unreadable e) {
      throw problem(e.getMessage());
    }
    throw problem("must have the keys name and description");
  }

  private static String text(Json.Obj json, String key) {
    @Nullable String text = json.text(key);
    if (text == null) {
      throw problem(
          json.get(key).isPresent() ? key + " must be a string; quote it" : key + " is missing");
    }
    return text;
  }

  private static Problem problem(String what) {
    return Problem.invalid("files: the frontmatter of SKILL.md: " + what);
  }
}
