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
  private final boolean foreign;

  private Refusal(
      int status, String type, String code, String message, String requestId, boolean foreign) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
    this.requestId = requestId;
    this.foreign = foreign;
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
                error.text("message"),
                "the server answered " + status + " without an error message")
            .replaceFirst("(?i): field required$", " is missing"),
        Objects.requireNonNullElse(answer.text("request_id"), ""),
        error.text("message") == null);
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

  /// Whether the response is not in the protocol's form: it comes from another kind of server.
  boolean isForeign() {
    return foreign;
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

  /// What the user needs, in one line: the message, and the id of the request if the server failed.
  String words() {
    return Sanitized.line(
        getMessage()
            + (status >= 500 && !requestId.isEmpty() ? " (" + type + ", " + requestId + ")" : ""));
  }
}
