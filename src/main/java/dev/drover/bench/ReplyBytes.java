package dev.drover.bench;

import dev.drover.base.Json;

/// A streamed reply of the Messages API, as the bytes of an HTTP response.
final class ReplyBytes {
  private static final String HEAD =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

  static final ReplyBytes TEXT =
      reply(
          frame("content_block_start", block(Json.obj("type", "text", "text", "")))
              + delta(Json.obj("type", "text_delta", "text", "The first words")),
          delta(Json.obj("type", "text_delta", "text", ", some more of them"))
              + delta(Json.obj("type", "text_delta", "text", ", and the last.")),
          "end_turn");

  static final ReplyBytes TOOL = tool("echo hi");

  private final byte[] first;
  private final byte[] rest;

  private ReplyBytes(byte[] first, byte[] rest) {
    this.first = first;
    this.rest = rest;
  }

  /// A call of `bash`.
  ///
  /// @param command in ASCII
  static ReplyBytes tool(String command) {
    var input = Json.obj("command", command).toString();
    return reply(
        frame(
            "content_block_start",
            block(
                Json.obj(
                    "type", "tool_use", "id", "toolu_bench", "name", "bash", "input", Json.EMPTY))),
        delta(Json.obj("type", "input_json_delta", "partial_json", input)),
        "tool_use");
  }

  /// The bytes up to the first piece of text or the beginning of a tool call. Shared; must not be
  /// changed.
  byte[] first() {
    return first;
  }

  /// The remaining bytes of the response. Shared; must not be changed.
  byte[] rest() {
    return rest;
  }

  private static ReplyBytes reply(String first, String rest, String stopReason) {
    var start =
        frame(
            "message_start",
            Json.obj(
                "message",
                Json.obj(
                    "id", "msg_bench",
                    "type", "message",
                    "role", "assistant",
                    "model", "bench",
                    "content", Json.arr(),
                    "stop_reason", null,
                    "usage", Json.obj("input_tokens", 20, "output_tokens", 1))));
    var end =
        frame("content_block_stop", Json.obj("index", 0))
            + frame(
                "message_delta",
                Json.obj(
                    "delta", Json.obj("stop_reason", stopReason),
                    "usage", Json.obj("output_tokens", 12)))
            + frame("message_stop", Json.EMPTY);
    return new ReplyBytes(
        Wire.bytes(HEAD + chunk(start + first)), Wire.bytes(chunk(rest + end) + "0\r\n\r\n"));
  }

  private static Json.Obj block(Json.Obj block) {
    return Json.obj("index", 0, "content_block", block);
  }

  private static String delta(Json.Obj delta) {
    return frame("content_block_delta", Json.obj("index", 0, "delta", delta));
  }

  private static String frame(String type, Json.Obj body) {
    return "event: " + type + "\ndata: " + body.with("type", type) + "\n\n";
  }

  /// A chunk of the response. The text must be ASCII.
  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }
}
