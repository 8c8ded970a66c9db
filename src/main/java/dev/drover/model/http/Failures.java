package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a model server's refusal means: Anthropic's error types, OpenAI's, and the spellings of
/// other servers where they differ.
///
/// @see <a href="https://docs.claude.com/en/api/errors">Anthropic's errors</a>
/// @see <a href="https://platform.openai.com/docs/guides/error-codes">OpenAI's errors</a>
public final class Failures {
  /// Longest part of a server's own words that is passed on.
  private static final int MAX_WORDS = 300;

  private static final List<String> CONTEXT_FULL =
      List.of(
          "prompt is too long",
          "context length",
          "context_length_exceeded",
          "exceed context limit",
          "exceed_context_size",
          "available context size",
          "context size has been exceeded",
          "request_too_large");

  private final ApiKey key;

  /// @param key what no message may hold, even if the server repeats it
  Failures(ApiKey key) {
    this.key = key;
  }

  /// Another try may work.
  public static Answer.Failure broken(String message) {
    return new Answer.Failure(Kind.BROKEN, message, Optional.empty());
  }

  /// An error after the server had already said 200.
  ///
  /// @param body an object with `error` in it
  public Answer.Failure inStream(Json.Obj body) {
    var error = Reason.of(body);
    var kind =
        switch (error.type) {
          case "overloaded_error" -> Kind.OVERLOADED;
          case "rate_limit_error", "rate_limit_exceeded" -> Kind.RATE_LIMITED;
          case "billing_error", "insufficient_quota" -> Kind.BILLING;
          case "invalid_request_error",
              "authentication_error",
              "permission_error",
              "not_found_error",
              "request_too_large",
              "exceed_context_size_error" ->
              refusal(error);
          default ->
              error.status().map(status -> kind(status, error)).orElseGet(() -> other(error));
        };
    return new Answer.Failure(kind, "HTTP 200, then an error" + words(error), Optional.empty());
  }

  /// A stream that ended before its reply did.
  ///
  /// @param skipped text in it that was no part of a reply, and may say why; may be empty
  public Answer.Failure unended(String how, String skipped) {
    var said = skipped.isBlank() ? "" : ": " + trimmed(key.redact(skipped));
    return broken("the model server's stream ended " + how + said);
  }

  /// A 200 without an event stream: an error that hides behind it, or no such server.
  Answer.Failure notAStream(String body) {
    try {
      if (Json.parse(body) instanceof Json.Obj object && object.get("error").isPresent()) {
        return inStream(object);
      }
    } catch (Json.Malformed _) {
      // Said below.
    }
    return broken("HTTP 200, but not an event stream; is this a model server, and can it stream?");
  }

  /// @param body the start of the response's body, JSON or not
  Answer.Failure ofStatus(int status, String body, Optional<Duration> retryAfter) {
    var error = Reason.of(body);
    if (status >= 300 && status < 400) {
      return new Answer.Failure(
          Kind.REJECTED,
          "HTTP %d: the model server redirects elsewhere, and redirects are not followed; set its"
                  .formatted(status)
              + " base URL to where it really is",
          Optional.empty());
    }
    return new Answer.Failure(kind(status, error), "HTTP " + status + words(error), retryAfter);
  }

  private static Kind kind(int status, Reason error) {
    return switch (status) {
      case 402 -> Kind.BILLING;
      case 429 -> error.isBilling() ? Kind.BILLING : Kind.RATE_LIMITED;
      case 503, 529 -> Kind.OVERLOADED;
      case 413 -> Kind.CONTEXT_FULL;
      case 408, 409, 425 -> Kind.BROKEN;
      default -> status >= 400 && status < 500 ? refusal(error) : other(error);
    };
  }

  /// Not known to be final, unless its words say so.
  private static Kind other(Reason error) {
    return refusal(error) == Kind.CONTEXT_FULL ? Kind.CONTEXT_FULL : Kind.BROKEN;
  }

  private static Kind refusal(Reason error) {
    if (error.isBilling()) {
      return Kind.BILLING;
    }
    var words = (error.type + ' ' + error.code + ' ' + error.message).toLowerCase(Locale.ROOT);
    return CONTEXT_FULL.stream().anyMatch(words::contains) ? Kind.CONTEXT_FULL : Kind.REJECTED;
  }

  /// A server's own words; each empty where it gave none.
  private record Reason(String type, String code, String message) {
    static Reason of(String body) {
      try {
        return Json.parse(body) instanceof Json.Obj object ? of(object) : new Reason("", "", "");
      } catch (Json.Malformed _) {
        return new Reason("", "", "");
      }
    }

    static Reason of(Json.Obj body) {
      return switch (body.get("error").orElse(Json.NULL)) {
        case Json.Obj error ->
            new Reason(piece(error, "type"), piece(error, "code"), piece(error, "message"));
        case Json.Str(var message) -> new Reason("", "", message);
        default -> new Reason("", "", piece(body, "message"));
      };
    }

    private static String piece(Json.Obj object, String key) {
      return switch (object.get(key).orElse(Json.NULL)) {
        case Json.Str(var text) -> text;
        case Json.Num(var literal) -> literal;
        default -> "";
      };
    }

    /// The HTTP status that some servers give as a code when the head of the response is gone.
    Optional<Integer> status() {
      return code.matches("[45][0-9][0-9]")
          ? Optional.of(Integer.parseInt(code))
          : Optional.empty();
    }

    /// Anthropic reports an empty account as an invalid request, OpenAI as too many of them.
    boolean isBilling() {
      return type.equals("billing_error")
          || type.equals("insufficient_quota")
          || code.equals("insufficient_quota")
          || message.contains("credit balance is too low");
    }
  }

  private String words(Reason error) {
    return Stream.of(error.type, error.message)
        .filter(part -> !part.isBlank())
        .map(part -> ": " + trimmed(key.redact(part)))
        .collect(Collectors.joining());
  }

  private static String trimmed(String text) {
    return text.codePoints()
        .limit(MAX_WORDS)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
