package dev.drover.model.http;

import static java.util.stream.Collectors.joining;

import dev.drover.base.Problem;
import java.util.regex.Pattern;

/// The API key of a model server. It appears neither in `toString()` nor in the message of a
/// failure. It is not a record, because a record would show it.
public final class ApiKey {
  /// The empty key, for servers without one; no header is sent.
  public static final ApiKey NONE = new ApiKey("");

  /// Shorter keys (`k`, `none`, `ollama`) are parts of ordinary words. They are hidden only where
  /// the text mentions a key.
  private static final int DISTINCT = 8;

  private final String value;
  private final Pattern spokenOf;
  private final Pattern escaped;

  /// @param value blanks around it are dropped; they come from files and shells
  /// @throws Problem `INVALID_REQUEST` if it could not be sent as a header
  public ApiKey(String value) {
    this.value = value.strip();
    if (!this.value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw Problem.invalid("The model server's API key contains spaces or non-ASCII characters");
    }
    this.escaped =
        Pattern.compile(this.value.chars().mapToObj(ApiKey::spellings).collect(joining()));
    this.spokenOf =
        Pattern.compile(
            "(?i)((?:key|bearer|token|basic|authorization|secret|password)(?:[\"'`]?\\s*[:=]\\s*|"
                + "\\s+(?:(?:provided|supplied|received|given|is|was)\\b:?\\s*)?)[\"'`(]*)"
                + "(?-i:"
                + Pattern.quote(this.value)
                + ")(?![A-Za-z0-9_-])");
  }

  /// A pattern of a character in the spellings of JSON, HTML and URLs: after backslashes, by its
  /// number, or by name.
  private static String spellings(int c) {
    var plain = Pattern.quote(Character.toString(c));
    var named = c == '&' ? "|&amp;" : c == '<' ? "|&lt;" : c == '>' ? "|&gt;" : "";
    return "(?:\\\\{0,4}%s|\\\\{1,4}u00(?i:%02x)|&#0{0,4}%d;|&#[xX]0{0,4}(?i:%x);|%%(?i:%02x)%s)"
        .formatted(plain, c, c, c, c, named);
  }

  public boolean isEmpty() {
    return value.isEmpty();
  }

  /// The key itself, only for the header.
  public String reveal() {
    return value;
  }

  /// Whether it is a signed token (a JWT), as identity services issue them, and not a plain key.
  public boolean isSigned() {
    return value.startsWith("eyJ") && value.contains(".");
  }

  /// The text without the key, in case a server repeats it.
  String redact(String text) {
    if (value.isEmpty()) {
      return text;
    }
    return value.length() < DISTINCT
        ? spokenOf.matcher(text).replaceAll("$1[key]")
        : escaped.matcher(text).replaceAll("[key]");
  }

  @Override
  public String toString() {
    return "ApiKey[hidden]";
  }
}
