package dev.drover.web;

import dev.drover.base.ImageType;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The type of a content, from its `content-type`.
///
/// @param name without parameters, in lower case; empty if the server gave none
/// @param charset the character set that the server gave, if this JDK has it
record Media(String name, Optional<Charset> charset) {
  /// The ways in which contents are read.
  enum Kind {
    HTML,
    TEXT,
    PDF,
    IMAGE,
    /// The type does not say: the first bytes do.
    UNKNOWN,
    /// No model can read it.
    OTHER
  }

  private static final int LONGEST = 500;

  private static final Pattern CHARSET =
      Pattern.compile("(?i).*;\\s*charset\\s*=\\s*\"?([A-Za-z0-9._:+-]+)\"?.*", Pattern.DOTALL);

  private static final Pattern TEXTS =
      Pattern.compile(
          "text/.*|application/(.*\\+)?(json|xml|yaml|x-yaml|toml|javascript|ecmascript|x-sh|sql"
              + "|graphql|x-ndjson|jsonl|x-httpd-php|x-tex|x-subrip|rtf|typescript)"
              + "|image/svg\\+xml|message/.*");

  static Media of(String header) {
    var contentType = header.length() > LONGEST ? header.substring(0, LONGEST) : header;
    int end = contentType.indexOf(';');
    var name = (end < 0 ? contentType : contentType.substring(0, end)).strip();
    var charset = CHARSET.matcher(contentType);
    return new Media(
        name.toLowerCase(Locale.ROOT),
        charset.matches() ? charset(charset.group(1)) : Optional.empty());
  }

  private static Optional<Charset> charset(String name) {
    try {
      return Optional.of(Charset.forName(name));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException _) {
      return Optional.empty();
    }
  }

  Kind kind() {
    return switch (name) {
      case "", "application/octet-stream", "binary/octet-stream", "unknown/unknown" -> Kind.UNKNOWN;
      case "text/html", "application/xhtml+xml" -> Kind.HTML;
      case "application/pdf", "application/x-pdf" -> Kind.PDF;
      default ->
          ImageType.named(name).isPresent()
              ? Kind.IMAGE
              : TEXTS.matcher(name).matches() ? Kind.TEXT : Kind.OTHER;
    };
  }
}
