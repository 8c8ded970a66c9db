package dev.drover.cli;

import dev.drover.base.Json;

/// The events that clients send.
final class Outgoing {
  private Outgoing() {}

  static Json.Obj message(String text) {
    return Json.obj("type", "user.message", "content", text(text));
  }

  static Json.Obj interrupt() {
    return Json.obj("type", "user.interrupt");
  }

  static Json.Obj allow(String call) {
    return Json.obj("type", "user.tool_confirmation", "tool_use_id", call, "result", "allow");
  }

  /// @param why may be empty
  static Json.Obj deny(String call, String why) {
    var event = Json.obj("type", "user.tool_confirmation", "tool_use_id", call, "result", "deny");
    return why.isEmpty() ? event : event.with("deny_message", why);
  }

  /// The result of a custom tool.
  static Json.Obj result(String call, String text) {
    return Json.obj(
        "type", "user.custom_tool_result", "custom_tool_use_id", call, "content", text(text));
  }

  private static Json text(String text) {
    return Json.arr(Json.obj("type", "text", "text", text));
  }
}
