package dev.drover.webhooks;

/// How an endpoint answered an attempt.
///
/// @param status the HTTP status; 0 without an answer
/// @param text the reason of a failure, for the owner of the endpoint; empty if there is none
public record WebhookAnswer(Kind kind, int status, String text) {
  /// The kinds of answers.
  public enum Kind {
    /// The endpoint has acknowledged the event.
    ACCEPTED,
    /// The endpoint answered with an error.
    REFUSED,
    /// The endpoint answered with a redirect, which is never followed.
    REDIRECTED,
    /// There was no answer.
    UNREACHABLE,
    /// No request may be sent to the URL.
    FORBIDDEN
  }

  static WebhookAnswer of(int status) {
    return switch (status / 100) {
      case 2 -> new WebhookAnswer(Kind.ACCEPTED, status, "");
      case 3 ->
          new WebhookAnswer(
              Kind.REDIRECTED, status, "the endpoint answered with a redirect (" + status + ")");
      default -> new WebhookAnswer(Kind.REFUSED, status, "the endpoint answered with " + status);
    };
  }

  /// Whether the endpoint is disabled at once.
  boolean isFinal() {
    return kind == Kind.REDIRECTED || kind == Kind.FORBIDDEN;
  }
}
