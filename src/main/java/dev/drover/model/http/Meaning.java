package dev.drover.model.http;

import dev.drover.model.Answer.Kind;
import java.util.Locale;

/// The kind of failure that a status and a server's message mean: Anthropic's error types,
/// OpenAI's, Google's, and the spellings of other servers where they differ.
///
/// @see <a href="https://docs.claude.com/en/api/errors">Anthropic's errors</a>
/// @see <a href="https://platform.openai.com/docs/guides/error-codes">OpenAI's errors</a>
final class Meaning {
  private Meaning() {}

  static Kind of(int status, ErrorWords words) {
    return switch (status) {
      case 402 -> Kind.BILLING;
      case 429 -> isBilling(words) ? Kind.BILLING : Kind.RATE_LIMITED;
      case 503, 529 -> Kind.OVERLOADED;
      case 408, 409, 425 -> Kind.BROKEN;
      case 401, 403, 404, 405, 407 -> isBilling(words) ? Kind.BILLING : Kind.REJECTED;
      case 413 -> isRateLimit(words) ? Kind.RATE_LIMITED : refusal(words);
      default -> status >= 400 && status < 500 ? refusal(words) : other(words);
    };
  }

  /// The kind of an error after a 200, by its type or by the status in its code.
  static Kind inStream(ErrorWords words) {
    return switch (words.type().toLowerCase(Locale.ROOT)) {
      case "overloaded_error", "engine_overloaded_error", "unavailable", "service_unavailable" ->
          Kind.OVERLOADED;
      case "rate_limit_error", "rate_limit_exceeded", "ratelimiterror", "resource_exhausted" ->
          Kind.RATE_LIMITED;
      case "billing_error", "insufficient_quota" -> Kind.BILLING;
      case "invalid_request_error",
          "authentication_error",
          "permission_error",
          "not_found_error",
          "request_too_large",
          "exceed_context_size_error",
          "invalid_argument",
          "validationexception" ->
          refusal(words);
      default -> words.status().map(status -> of(status, words)).orElseGet(() -> other(words));
    };
  }

  /// The kind of an error that is not known to be final, unless its message says so.
  private static Kind other(ErrorWords words) {
    return refusal(words) == Kind.CONTEXT_FULL ? Kind.CONTEXT_FULL : Kind.BROKEN;
  }

  private static Kind refusal(ErrorWords words) {
    return isBilling(words)
        ? Kind.BILLING
        : ContextFull.isSaid(words) ? Kind.CONTEXT_FULL : Kind.REJECTED;
  }

  /// Groq answers requests beyond its limit of tokens per minute with a 413.
  private static boolean isRateLimit(ErrorWords words) {
    return words.all().matches("(?s).*(rate_limit_exceeded|tokens per min|\\btpm\\b).*");
  }

  /// Anthropic reports an empty account as an invalid request, OpenAI as too many of them.
  private static boolean isBilling(ErrorWords words) {
    return words
        .all()
        .matches(
            "(?s).*(billing_error|insufficient_quota|credit balance is too low"
                + "|insufficient (balance|credits|funds)|out of credits|payment required"
                + "|arrearage|余额不足|欠费).*");
  }
}
