package dev.drover.model.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The parts of a server's error, whatever the shape of its body. A missing part is empty.
///
/// @param names the parts of the request that the error names
record ErrorWords(String type, String code, String message, List<String> names) {
  static final ErrorWords NONE = new ErrorWords("", "", "", List.of());

  /// A prefix that stands twice, with or without the name of a library before it:
  /// `litellm.BadRequestError: BadRequestError: `.
  private static final Pattern REPEATED =
      Pattern.compile(
          "(?<![\\w.])((?:\\w{1,40}\\.){0,3}(\\w{1,80})): (?:(?:\\w{1,40}\\.){0,3}\\2: )+");

  private static final Pattern NONE_PREFIX = Pattern.compile("(?<![\\w.])None: ");

  ErrorWords {
    names = List.copyOf(names);
  }

  /// @param body JSON, markup, an event stream or plain text
  static ErrorWords of(String body) {
    return ErrorBody.read(body);
  }

  /// All parts that identify the kind of the error, in lower case.
  String all() {
    return String.join(" ", type, code, message).toLowerCase(Locale.ROOT);
  }

  /// All parts, including the named parts of the request.
  String whole() {
    return String.join(" ", type, code, message, String.join(" ", names)).strip();
  }

  /// The type and the message, without repetitions.
  String shown() {
    var all =
        Stream.of(type, message.isEmpty() ? code : message)
            .filter(part -> !part.isBlank())
            .distinct()
            .collect(Collectors.joining(": "));
    return REPEATED.matcher(NONE_PREFIX.matcher(all).replaceAll("")).replaceAll("$1: ");
  }

  /// The HTTP status that some servers give as a code after the head of the response was sent.
  Optional<Integer> status() {
    return code.matches("[45][0-9][0-9]") ? Optional.of(Integer.parseInt(code)) : Optional.empty();
  }
}
