package dev.drover.model.http;

import java.util.List;
import java.util.regex.Pattern;

/// Prepares a server's message for logs and clients: one short line, without anything that looks
/// like a secret and without control characters.
final class Wording {
  /// The maximum length of a message, in characters.
  static final int MAX = 300;

  /// The maximum length of a text that is searched for secrets. A longer text is cut before the
  /// last word, which could be half a secret.
  private static final int LOOKED_AT = 4_000;

  private static final Pattern LAST_WORD = Pattern.compile("\\S{0,300}$");

  private static final Pattern ESCAPES =
      Pattern.compile("\\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)?|[@-_])");

  /// A value that is not an ordinary word: it has a digit, or is long.
  private static final String VALUE =
      "(?=[^\\s\"',;)}]{0,200}[0-9]|[^\\s\"',;)}]{20})[^\\s\"',;)}]{4,}";

  private static final List<Pattern> SECRETS =
      List.of(
          Pattern.compile("(://)[^/\\s@:]*(?::[^/\\s@]*)?(?=@)"),
          Pattern.compile(
              "(?i)([?&](?:[a-z_-]{0,20}key|[a-z_]{0,20}token|sig|signature|code|secret|password)=)"
                  + "[^&\\s\"'<>]+"),
          Pattern.compile("(?i)(\\b(?:bearer|basic)\\s+)" + VALUE),
          Pattern.compile(
              "(?i)(\\b(?:[a-z-]{0,20}api[-_ ]?key|authorization|x-goog-api-key|subscription-key|"
                  + "access[-_]token|cookie)[\"']?\\s*[:=]\\s*[\"']?)(?!bearer\\b|basic\\b)"
                  + VALUE),
          Pattern.compile(
              "()\\b(?:sk|rk|pk|gsk|xai|hf|ghp|gho|ghs|github_pat|nvapi|pplx|tgp|csk|fw|r8|glpat|"
                  + "sess|xox[abp])[-_](?=[A-Za-z0-9_*-]{0,200}[0-9*])[A-Za-z0-9_*-]{8,}"),
          Pattern.compile("()\\bAIza[A-Za-z0-9_-]{16,}"),
          Pattern.compile("()\\b(?:AKIA|ASIA)[A-Z0-9]{12,}"),
          Pattern.compile("()\\beyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]+){1,2}"));

  private Wording() {}

  /// @param key the key, which is always hidden
  static String fit(String text, ApiKey key) {
    var plain = oneLine(ESCAPES.matcher(text).replaceAll(""));
    if (plain.length() > LOOKED_AT) {
      plain = LAST_WORD.matcher(plain.substring(0, LOOKED_AT)).replaceFirst("");
    }
    plain = key.redact(plain);
    for (var secret : SECRETS) {
      plain = secret.matcher(plain).replaceAll("$1[key]");
    }
    return cut(plain, MAX);
  }

  private static String oneLine(String text) {
    return text.codePoints()
        .map(c -> isShown(c) ? c : ' ')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString()
        .replaceAll(" {2,}", " ")
        .strip();
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> !Character.isWhitespace(c) || c == ' ';
    };
  }

  /// At most `most` characters; omissions are marked.
  private static String cut(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most)) + "…";
  }
}
