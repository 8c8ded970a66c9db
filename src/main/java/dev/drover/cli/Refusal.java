package dev.drover.cli;

import dev.drover.base.Json;
import java.util.Objects;

/// The server answered with an error. `getMessage()` is the server's own.
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String type;
  private final String requestId;

  private Refusal(int status, String type, String message, String requestId) {
    super(message);
    this.status = status;
    this.type = type;
    this.requestId = requestId;
  }

  /// @param body of the protocol's error form, or anything else
  static Refusal of(int status, String body) {
    Json.Obj answer;
    try {
      answer = Json.parse(body) instanceof Json.Obj object ? object : Json.EMPTY;
    } catch (Json.Malformed _) {
      answer = Json.EMPTY;
    }
    var error = answer.object("error");
    return new Refusal(
        status,
        Objects.requireNonNullElse(error.text("type"), "api_error"),
        Objects.requireNonNullElse(
            error.text("message"), "the server answered " + status + " without an error message"),
        Objects.requireNonNullElse(answer.text("request_id"), ""));
  }

  int status() {
    return status;
  }

  /// The wire's `error.type`.
  String type() {
    return type;
  }

  /// By which the server's log knows it; empty if it gave none.
  String requestId() {
    return requestId;
  }

  /// What was said, and how to find it in the server's log, in a line.
  String details() {
    return Sanitized.line(
        getMessage() + " (" + type + (requestId.isEmpty() ? "" : ", " + requestId) + ")");
  }

  /// Everything that there is to say, in a line.
  String words() {
    return Sanitized.line(
        getMessage()
            + (status >= 500 && !requestId.isEmpty() ? " (" + type + ", " + requestId + ")" : ""));
  }
}
