package dev.drover.model.http;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The meaning of the reason that a server gives for the end of a reply. Reasons of all APIs are
/// recognized, because proxies pass on those of other vendors.
public enum Stop {
  /// No reason was given.
  MISSING,
  /// The reply is complete, according to the reason.
  WHOLE,
  /// The limit on the reply, or the model's context, cut it.
  CUT,
  /// A filter cut the reply, or the model refused.
  REFUSED,
  /// The model called a tool in a form that its server could not parse.
  MALFORMED_CALL,
  /// The server failed in the middle.
  FAILED;

  private static final Set<String> LIMITS =
      Set.of(
          "length",
          "max_tokens",
          "max_output_tokens",
          "max_completion_tokens",
          "model_length",
          "token_limit",
          "repetition_truncation",
          "model_context_window_exceeded");

  private static final Set<String> CALLS =
      Set.of("tool_use", "tool_call", "tool_calls", "function_call", "function_calls");

  private static final Set<String> FILTERS =
      Set.of(
          "refusal",
          "content_filter",
          "content_filtered",
          "safety",
          "recitation",
          "blocklist",
          "prohibited_content",
          "spii",
          "sensitive",
          "guardrail_intervened");

  private static final Set<String> FAILURES =
      Set.of(
          "error",
          "abort",
          "aborted",
          "cancelled",
          "canceled",
          "network_error",
          "insufficient_system_resource");

  /// @param word `finish_reason` or `stop_reason`
  public static Stop of(@Nullable String word) {
    var plain = word == null ? "" : word.strip().toLowerCase(Locale.ROOT);
    if (plain.isEmpty() || plain.equals("null") || plain.equals("none")) {
      return MISSING;
    }
    if (isMalformed(plain)) {
      return MALFORMED_CALL;
    }
    return LIMITS.contains(plain)
        ? CUT
        : FILTERS.contains(plain) ? REFUSED : FAILURES.contains(plain) ? FAILED : WHOLE;
  }

  /// Whether the reason is a call, so that a reply without a call has lost it.
  public static boolean isCall(@Nullable String word) {
    return word != null && CALLS.contains(word.strip().toLowerCase(Locale.ROOT));
  }

  /// `MALFORMED_FUNCTION_CALL` and its relatives, with or without a prefix.
  private static boolean isMalformed(String word) {
    return (word.contains("malformed") || word.contains("unexpected") || word.contains("invalid"))
        && (word.contains("call") || word.contains("tool") || word.contains("function"));
  }
}
