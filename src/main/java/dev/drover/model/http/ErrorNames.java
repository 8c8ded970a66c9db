package dev.drover.model.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The names that a server gives an error: its type, its code, and the name of an exception at the
/// start of its message (`litellm.RateLimitError: …`). All spellings are the same:
/// `rate_limit_error`, `RateLimitError`, `Throttling.RateQuota`.
final class ErrorNames {
  private static final Pattern RATE =
      Wordings.any(
          "ratelimit",
          "throttl",
          "toomanyrequests",
          "resourceexhausted",
          "requestlimit(exceeded|reached)",
          "limitrequests",
          "limitburst",
          "concurrency(limit|exceed)",
          "slowdown");

  private static final Pattern OVERLOAD =
      Wordings.any(
          "overload",
          "serviceunavailable",
          "^unavailable$",
          "(server|engine|model|service|system)(too)?busy",
          "overcapacity",
          "nocapacity",
          "capacityexceeded",
          "modelnotready");

  /// The names of refusals of who asks, and of what is asked for.
  private static final Pattern IDENTITY =
      Pattern.compile(
          "(authentication(failed|required)?|unauthorized|unauthenticated|(invalid|incorrect)apikey"
              + "|permission(denied)?|accessdenied|forbidden|notfound|modelnotfound)"
              + "(error|exception)?");

  private static final Pattern REQUEST =
      Pattern.compile(
          "(invalidrequest|badrequest|requesttoolarge|exceedcontextsize|invalidargument"
              + "|contextwindowexceeded|contextlengthexceeded|unprocessableentity"
              + "|contentpolicyviolation|unsupportedparams)(error|exception)?|validationexception");

  /// The maximum length of the start of a message in which an exception is looked for, in
  /// characters.
  private static final int START = 200;

  private static final Pattern EXCEPTION =
      Pattern.compile("(?<![\\w/\\\\])(?:\\w{1,40}\\.){0,4}(\\w{1,80}(?:Error|Exception))(?!\\w)");

  private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9]+");

  private static final Pattern STATUS =
      Pattern.compile(
          "(?i)(?:^|\\b(?:error code|status(?: code)?|http(?:/[0-9.]+)?)["
              + " :=]{1,3})([45][0-9][0-9])\\b");

  private final List<String> names;

  private ErrorNames(List<String> names) {
    this.names = names;
  }

  static ErrorNames of(ErrorWords words) {
    var start = words.message().substring(0, Math.min(words.message().length(), START));
    var exceptions =
        EXCEPTION
            .matcher(start)
            .results()
            .map(result -> result.group(1))
            .filter(name -> !name.equals("PermissionError")); // of Python: a fault of the server
    return new ErrorNames(
        Stream.concat(
                Stream.of(words.type(), words.code()).map(ErrorNames::withoutPackage), exceptions)
            .map(name -> SEPARATORS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll(""))
            .filter(name -> !name.isEmpty())
            .toList());
  }

  /// The name without the library or the package before it: `litellm.`, `com.amazon.coral#`.
  private static String withoutPackage(String name) {
    return name.replaceFirst("^(litellm|openai|anthropic)\\.|^.*#", "");
  }

  boolean isRateLimit() {
    return any(RATE, Matcher::find);
  }

  boolean isOverload() {
    return any(OVERLOAD, Matcher::find);
  }

  /// Whether the server refuses the key, the account, or what the request names.
  boolean isIdentity() {
    return any(IDENTITY, Matcher::matches);
  }

  /// Whether the server refuses the request for its content.
  boolean isRequest() {
    return any(REQUEST, Matcher::matches);
  }

  private boolean any(Pattern pattern, Predicate<Matcher> how) {
    return names.stream().anyMatch(name -> how.test(pattern.matcher(name)));
  }

  /// The HTTP status that some servers give as a code, or repeat in front of an upstream error:
  /// `Error code: 429 - …`.
  static Optional<Integer> status(ErrorWords words) {
    var said = STATUS.matcher(words.message());
    return words
        .status()
        .or(() -> said.find() ? Optional.of(Integer.parseInt(said.group(1))) : Optional.empty());
  }
}
