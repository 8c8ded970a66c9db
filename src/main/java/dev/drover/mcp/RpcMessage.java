package dev.drover.mcp;

import dev.drover.base.Json;
import java.util.List;
import java.util.Optional;

/// The messages of JSON-RPC 2.0.
final class RpcMessage {
  static final int METHOD_NOT_FOUND = -32601;
  private static final int LONGEST_ERROR = 2_000;

  private RpcMessage() {}

  static Json.Obj request(long id, String method, Json.Obj params) {
    return Json.obj("jsonrpc", "2.0", "id", id, "method", method, "params", params);
  }

  static Json.Obj notification(String method, Json.Obj params) {
    var message = Json.obj("jsonrpc", "2.0", "method", method);
    return params.fields().isEmpty() ? message : message.with("params", params);
  }

  /// The answer to a request of the server: this client answers only `ping`.
  static Json.Obj answer(Json.Obj request) {
    var answer = Json.obj("jsonrpc", "2.0", "id", request.get("id").orElse(Json.NULL));
    return "ping".equals(request.text("method"))
        ? answer.with("result", Json.EMPTY)
        : answer.with("error", Json.obj("code", METHOD_NOT_FOUND, "message", "Method not found"));
  }

  /// The messages in a body: one, or a batch of older versions. Others are left out.
  static List<Json.Obj> in(Json body) {
    var items = body instanceof Json.Arr(var batch) ? batch : List.of(body);
    return items.stream().filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast).toList();
  }

  static boolean isRequest(Json.Obj message) {
    return message.text("method") != null && message.get("id").isPresent();
  }

  static boolean isAnswer(Json.Obj message, Json id) {
    return message.text("method") == null
        && message.get("id").equals(Optional.of(id))
        && (message.get("result").isPresent() || message.get("error").isPresent());
  }

  /// The words of a JSON-RPC error.
  static String words(Json.Obj error) {
    var text = error.text("message");
    var message = text == null || text.isBlank() ? "no message" : text;
    var cut =
        message.codePointCount(0, message.length()) <= LONGEST_ERROR
            ? message
            : message.substring(0, message.offsetByCodePoints(0, LONGEST_ERROR)) + "…";
    return cut + " (code " + error.number("code", 0) + ")";
  }
}
