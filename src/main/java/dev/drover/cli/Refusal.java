package dev.drover.cli;

import dev.drover.base.Json;
import java.util.Objects;

/// An error response of the server. `getMessage()` is the server's message.
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String type;
  private final String code;
  private final String requestId;

  private Refusal(int status, String type, String code, String message, String requestId) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
    this.requestId = requestId;
  }

  /// @param body in the protocol's form of an error, or any other text
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
        Objects.requireNonNullElse(error.object("details").text("error_code"), ""),
        Objects.requireNonNullElse(
            error.text("message"), "the server answered " + status + " without an error message"),
        Objects.requireNonNullElse(answer.text("request_id"), ""));
  }

  int status() {
    return status;
  }

  /// The `error.type` of the protocol.
  String type() {
    return type;
  }

  /// Whether the operator's policy does not allow what was asked for.
  boolean isOfPolicy() {
    return code.equals("operator_policy");
  }

  /// The id of the request in the server's log; empty if the response has none.
  String requestId() {
    return requestId;
  }

  /// The message and the id of the request, in one line.
  String details() {
    return Sanitized.line(
        getMessage() + " (" + type + (requestId.isEmpty() ? "" : ", " + requestId) + ")");
  }

  /// All details, in one line.
  String words() {
    return Sanitized.line(
        getMessage()
            + (status >= 500 && !requestId.isEmpty() ? " (" + type + ", " + requestId + ")" : ""));
  }
}
