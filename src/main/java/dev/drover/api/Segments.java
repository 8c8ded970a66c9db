package dev.drover.api;

import dev.drover.base.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The segments of a request's path. The path is split before it is decoded, so that an escaped
/// slash stays within its segment and does not change the path.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc3986#section-2.4">RFC 3986, 2.4</a>
final class Segments {
  private Segments() {}

  /// @param path the path, which begins with a slash
  static List<String> of(String path) {
    return List.of(path.substring(Math.min(1, path.length())).split("/", -1));
  }

  /// @throws Problem `INVALID_REQUEST` for invalid escapes, and for those that are not UTF-8 or
  ///   stand for control characters; `NOT_FOUND` if the text is not a path
  static List<String> decoded(String path) {
    if (!path.startsWith("/")) {
      throw Problem.notFound("not found");
    }
    var segments = new ArrayList<String>();
    for (var segment : of(path)) {
      segments.add(segment.indexOf('%') < 0 ? segment : decode(segment));
    }
    return segments;
  }

  /// Whether a segment is valid as a name: not empty, not `.` or `..`, and without a slash.
  static boolean isName(String segment) {
    return isNameWithSlashes(segment) && segment.indexOf('/') < 0;
  }

  /// Whether a segment is valid as a name that may contain slashes, such as the id of a model.
  static boolean isNameWithSlashes(String segment) {
    return !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
  }

  private static String decode(String segment) {
    var bytes = ByteBuffer.allocate(segment.length());
    try {
      for (int i = 0; i < segment.length(); i++) {
        char c = segment.charAt(i);
        if (c == '%') {
          bytes.put((byte) HexFormat.fromHexDigits(segment, i + 1, i + 3));
          i += 2;
        } else if (c < 128) {
          bytes.put((byte) c);
        } else {
          throw malformed();
        }
      }
      var text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
      if (text.chars().anyMatch(Character::isISOControl)) {
        throw malformed();
      }
      return text;
    } catch (CharacterCodingException | IllegalArgumentException | IndexOutOfBoundsException _) {
      throw malformed();
    }
  }

  private static Problem malformed() {
    return Problem.invalid("The path of the request contains an invalid % escape");
  }
}
