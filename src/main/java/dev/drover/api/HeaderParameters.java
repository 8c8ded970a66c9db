package dev.drover.api;

import dev.drover.base.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The value of a header that consists of a word and parameters, such as `form-data; name="file"`.
///
/// @param word in lower case
/// @param parameters by their names, in lower case; of a quoted value, `\"` is undone and nothing
///   else, since browsers send backslashes as they are
record HeaderParameters(String word, Map<String, String> parameters) {
  private static final String TOKEN = "!#$%&'*+-.^_`|~";

  /// @param header the name of the header, for messages
  /// @throws Problem `INVALID_REQUEST` if the value is malformed or repeats a parameter
  static HeaderParameters of(String header, String value) {
    int semicolon = value.indexOf(';');
    var word = semicolon < 0 ? value : value.substring(0, semicolon);
    var parameters = new HashMap<String, String>();
    int at = word.length();
    while (at < value.length()) {
      int equals = value.indexOf('=', at);
      var name = value.substring(at + 1, equals < 0 ? value.length() : equals).strip();
      if (name.isEmpty() && equals < 0) {
        break; // a semicolon at the end
      }
      int end = equals < 0 ? -1 : end(value, equals + 1);
      if (end < 0 || !isToken(name)) {
        throw Problem.invalid(header + ": is malformed");
      }
      if (parameters.put(name.toLowerCase(Locale.ROOT), unquoted(value.substring(equals + 1, end)))
          != null) {
        throw Problem.invalid(header + ": " + name + " is repeated");
      }
      at = end;
    }
    return new HeaderParameters(word.strip().toLowerCase(Locale.ROOT), Map.copyOf(parameters));
  }

  Optional<String> get(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || TOKEN.indexOf(c) >= 0));
  }

  /// The end of a value: a semicolon, or the end of the header; negative if it is malformed.
  private static int end(String value, int start) {
    if (start < value.length() && value.charAt(start) == '"') {
      int quote = start + 1;
      while (quote < value.length() && value.charAt(quote) != '"') {
        quote += value.charAt(quote) == '\\' ? 2 : 1;
      }
      int end = quote + 1;
      while (end < value.length() && " \t".indexOf(value.charAt(end)) >= 0) {
        end++;
      }
      return quote < value.length() && (end == value.length() || value.charAt(end) == ';')
          ? end
          : -1;
    }
    int semicolon = value.indexOf(';', start);
    int end = semicolon < 0 ? value.length() : semicolon;
    return value.substring(start, end).indexOf('"') < 0 ? end : -1;
  }

  private static String unquoted(String value) {
    var text = value.strip();
    return text.startsWith("\"")
        ? text.substring(1, text.length() - 1).replace("\\\"", "\"")
        : text;
  }

  /// A value in the encoding of RFC 8187, such as `UTF-8''%e2%82%ac`, decoded.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is malformed or not in UTF-8
  static String extended(String value) {
    int language = value.indexOf('\'');
    int start = value.indexOf('\'', language + 1) + 1;
    var malformed = Problem.invalid("content-disposition: filename* must be encoded in UTF-8");
    if (start == 0 || !value.substring(0, language).equalsIgnoreCase("UTF-8")) {
      throw malformed;
    }
    var bytes = ByteBuffer.allocate(value.length());
    for (int i = start; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c >= 128) {
        throw malformed;
      }
      if (c != '%') {
        bytes.put((byte) c);
        continue;
      }
      try {
        bytes.put((byte) Integer.parseInt(value, i + 1, i + 3, 16));
      } catch (IndexOutOfBoundsException | NumberFormatException _) {
        throw malformed;
      }
      i += 2;
    }
    return utf8(bytes.flip()).orElseThrow(() -> malformed);
  }

  /// The text of some bytes; empty if they are not UTF-8.
  static Optional<String> utf8(ByteBuffer bytes) {
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
  }
}
