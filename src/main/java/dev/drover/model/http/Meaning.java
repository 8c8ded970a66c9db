package dev.drover.model.http;

import dev.drover.model.Answer.Kind;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The kind of failure that a status and a server's message mean: Anthropic's error types,
/// OpenAI's, Google's, and the spellings of other servers where they differ.
///
/// @see <a href="https://docs.claude.com/en/api/errors">Anthropic's errors</a>
/// @see <a href="https://platform.openai.com/docs/guides/error-codes">OpenAI's errors</a>
final class Meaning {
  /// The statuses of a server that is too busy.
  private static final Set<Integer> BUSY = Set.of(503, 529);

  /// Wordings of rate limits. Groq answers requests beyond its limit of tokens per minute with 413.
  private static final Pattern RATE_LIMIT =
      Wordings.any(
          "rate.?limit(ed|ing|s)? (is |was |has been |have been )?(exceed|reach|hit)",
          "(exceed|reach|hit|over)\\w* .{0,40}\\brate.?limit",
          "\\b(are|been|is|was) rate.?limited",
          "too many (concurrent |parallel )?(requests|connections)",
          "too many tokens, please wait",
          "\\b(request|you|been|is|was) throttled",
          "throttling",
          "(tokens|requests) per (min|sec|hour|day)\\w*",
          "\\b[tr]pm\\b",
          "(please )?(retry|try again|wait) (in|after|for) (about )?[0-9.]+ ?(ms|s|m|h)\\w*",
          "请求过于频繁",
          "请求频率",
          "访问频率",
          "限流",
          "速率限制",
          "并发数过");

  private static final Pattern BILLING =
      Wordings.any(
          "billing_(error|not_active|hard_limit)",
          "insufficient_(quota|balance|credits?)",
          "exceeded_current_quota_error",
          "budget_exceeded",
          "budget has been exceeded",
          "credit balance",
          "insufficient (account )?(balance|credits?|funds)",
          "not enough credits?",
          "(out of|no|more|used all( available)?) credits\\b",
          "payment required",
          "add credits",
          "(key|spend|spending|billing hard|hard|api usage|credit) limits? (has been |have been"
              + " |was )?(exceeded|reached|hit)",
          "(exceed|reach)\\w* (your|its|the)[^.]{0,30} (spend(ing)?|usage|credit|billing|budget)"
              + " limit",
          "account (is |has been )?(not active|in arrears|overdue|suspended due to)",
          "free (tier|quota|allocated quota)[^.]{0,40} exhausted",
          "arrearage",
          "余额不足",
          "欠费",
          "额度已用完",
          "额度不足");

  private static final Pattern PLAN = Pattern.compile("check your (plan and )?billing");

  private static final Pattern RETRY =
      Pattern.compile("resource_exhausted|(retry|try again) (in|after) [0-9]");

  private static final Pattern OVERLOAD =
      Wordings.any(
          "\\boverloaded\\b",
          "(server|model|service|engine|system) is (currently |temporarily )?(too"
              + " )?(busy|unavailable|at capacity|overloaded)",
          "\\b(at|over) capacity\\b",
          "temporarily (unavailable|overloaded)",
          "experiencing (high|heavy) (demand|load|traffic)",
          "负载(过高|较高|已饱和)",
          "(服务|系统|模型)(器)?(繁忙|忙|过载)");

  private Meaning() {}

  /// The kind of an error with this status. What the server calls the error says more than the
  /// status, because gateways answer with a status of their own.
  static Kind of(int status, ErrorWords words) {
    var names = ErrorNames.of(words);
    var temporary = status == 402 ? Optional.<Kind>empty() : temporary(names, words);
    if (temporary.isPresent()) {
      return temporary.get();
    }
    if (status >= 500 && names.isIdentity()) {
      return refusal(words);
    }
    if (status < 500 || BUSY.contains(status)) {
      return byStatus(status, words);
    }
    return names.isRequest()
        ? refusal(words)
        : byStatus(words.status().filter(code -> code < 500).orElse(status), words);
  }

  /// The kind of an error after a 200: the rule is the same, with the status in its code.
  static Kind inStream(ErrorWords words) {
    return of(words.status().orElse(500), words);
  }

  private static Kind byStatus(int status, ErrorWords words) {
    return switch (status) {
      case 402 -> Kind.BILLING;
      case 429 -> isBilling(words) ? Kind.BILLING : Kind.RATE_LIMITED;
      case 503, 529 -> Kind.OVERLOADED;
      case 408, 409, 425 -> Kind.BROKEN;
      case 401, 403, 404, 405, 407 -> isBilling(words) ? Kind.BILLING : Kind.REJECTED;
      default -> status >= 400 && status < 500 ? refusal(words) : other(words);
    };
  }

  /// The kind of an error that passes, or that a payment ends, if the server says so.
  private static Optional<Kind> temporary(ErrorNames names, ErrorWords words) {
    if (isBilling(words)) {
      return Optional.of(Kind.BILLING);
    }
    var text = words.all();
    int status = ErrorNames.status(words).orElse(0);
    if (names.isRateLimit() || status == 429 || RATE_LIMIT.matcher(text).find()) {
      return Optional.of(Kind.RATE_LIMITED);
    }
    return names.isOverload() || BUSY.contains(status) || OVERLOAD.matcher(text).find()
        ? Optional.of(Kind.OVERLOADED)
        : Optional.empty();
  }

  /// The kind of an error that is not known to be final, unless its message says so.
  private static Kind other(ErrorWords words) {
    return isBilling(words)
        ? Kind.BILLING
        : ContextFull.isSaid(words) ? Kind.CONTEXT_FULL : Kind.BROKEN;
  }

  private static Kind refusal(ErrorWords words) {
    return isBilling(words)
        ? Kind.BILLING
        : ContextFull.isSaid(words) ? Kind.CONTEXT_FULL : Kind.REJECTED;
  }

  /// Anthropic reports an empty account as an invalid request, OpenAI as too many of them. Google
  /// uses OpenAI's words for a rate limit, too, but then says when to retry.
  private static boolean isBilling(ErrorWords words) {
    var text = words.all();
    return BILLING.matcher(text).find()
        || (PLAN.matcher(text).find() && !RETRY.matcher(text).find());
  }
}
