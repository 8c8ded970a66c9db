package dev.drover.testing;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// What a [ScriptedMessages] server does with one request: an event stream, or a bare status.
///
/// `Script.reply().text("Hello", " world")` is whole: the stop reason (`tool_use` if there is a
/// tool use, else `end_turn`) and `message_stop` come by themselves, unless the script ended
/// otherwise. Used by one test at a time; each call adds a step and returns the script.
public final class Script {
  sealed interface Step {
    record Send(String text) implements Step {}

    record Hold(CountDownLatch until) implements Step {}

    record Stall() implements Step {}

    record Reset() implements Step {}
  }

  private final int status;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final boolean streams;
  private int blocks;
  private boolean usesTools;
  private boolean ended;
  private @Nullable String stopReason;
  private Json stopDetails = Json.NULL;
  private long inputTokens = 10;
  private long outputTokens = 5;

  private Script(int status, boolean streams) {
    this.status = status;
    this.streams = streams;
  }

  /// A 200 with an event stream that has begun its message.
  public static Script reply() {
    var script = new Script(200, true).header("content-type", "text/event-stream; charset=utf-8");
    return script.event(
        Json.obj(
            "type",
            "message_start",
            "message",
            Json.obj(
                "id",
                "msg_scripted",
                "type",
                "message",
                "role",
                "assistant",
                "model",
                "scripted",
                "content",
                Json.arr(),
                "stop_reason",
                null,
                "stop_sequence",
                null,
                "usage",
                Json.obj(
                    "input_tokens", script.inputTokens,
                    "output_tokens", 1,
                    "cache_read_input_tokens", 0,
                    "cache_creation_input_tokens", 0))));
  }

  /// A 200 with an event stream in which nothing has been said yet, for [#raw(String)]. The head of
  /// the response comes with the first stretch of the body: a hold, stall or reset before that
  /// leaves the request without any answer.
  public static Script stream() {
    var script = new Script(200, true).header("content-type", "text/event-stream");
    script.ended = true;
    return script;
  }

  /// A status with Anthropic's error body for it.
  public static Script status(int status) {
    var type =
        switch (status) {
          case 400, 422 -> "invalid_request_error";
          case 401 -> "authentication_error";
          case 402 -> "billing_error";
          case 403 -> "permission_error";
          case 404 -> "not_found_error";
          case 413 -> "request_too_large";
          case 429 -> "rate_limit_error";
          case 503, 529 -> "overloaded_error";
          case 504 -> "timeout_error";
          default -> "api_error";
        };
    return status(status, type, "scripted " + status);
  }

  /// A status with an error body of this type and message.
  public static Script status(int status, String type, String message) {
    return body(status, "application/json", error(type, message).toString());
  }

  /// A status with any body.
  public static Script body(int status, String contentType, String body) {
    var script = new Script(status, false).header("content-type", contentType);
    script.ended = true;
    return script.raw(body);
  }

  public Script header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  public Script retryAfter(int seconds) {
    return header("retry-after", Integer.toString(seconds));
  }

  /// A text block, a delta for each piece.
  public Script text(String... pieces) {
    int index = open(Json.obj("type", "text", "text", ""));
    for (var piece : pieces) {
      delta(index, Json.obj("type", "text_delta", "text", piece));
    }
    return close(index);
  }

  /// A thinking block with its signature.
  public Script thinking(String thought, String signature) {
    int index = open(Json.obj("type", "thinking", "thinking", "", "signature", ""));
    delta(index, Json.obj("type", "thinking_delta", "thinking", thought));
    delta(index, Json.obj("type", "signature_delta", "signature", signature));
    return close(index);
  }

  /// A tool use; its id is `toolu_` and its place in the reply.
  public Script toolUse(String name, Json.Obj input) {
    var text = input.toString();
    int middle = text.length() / 2;
    return toolUse("toolu_" + blocks, name, text.substring(0, middle), text.substring(middle));
  }

  /// A tool use whose input comes in these pieces of JSON text.
  public Script toolUse(String id, String name, String... input) {
    usesTools = true;
    int index = open(Json.obj("type", "tool_use", "id", id, "name", name, "input", Json.EMPTY));
    delta(index, Json.obj("type", "input_json_delta", "partial_json", ""));
    for (var piece : input) {
      delta(index, Json.obj("type", "input_json_delta", "partial_json", piece));
    }
    return close(index);
  }

  /// Any block, with any deltas.
  public Script block(Json.Obj start, Json.Obj... deltas) {
    int index = open(start);
    for (var delta : deltas) {
      delta(index, delta);
    }
    return close(index);
  }

  /// The tokens that the reply reports.
  public Script usage(long input, long output) {
    inputTokens = input;
    outputTokens = output;
    return this;
  }

  public Script stop(String reason) {
    stopReason = reason;
    return this;
  }

  public Script maxTokens() {
    return stop("max_tokens");
  }

  public Script refusal() {
    stopDetails =
        Json.obj("type", "refusal", "category", "cyber", "explanation", "scripted refusal");
    return stop("refusal");
  }

  public Script ping() {
    return event(Json.obj("type", "ping"));
  }

  /// One event of the stream.
  public Script event(Json.Obj body) {
    return raw("event: " + body.text("type") + "\ndata: " + body + "\n\n");
  }

  /// These characters of the body, as a stretch of their own.
  public Script raw(String text) {
    steps.add(new Step.Send(text));
    return this;
  }

  /// Goes on when the latch is open.
  public Script hold(CountDownLatch until) {
    steps.add(new Step.Hold(until));
    return this;
  }

  /// Sends nothing more, until the client or the server goes.
  public Script stall() {
    ended = true;
    steps.add(new Step.Stall());
    return this;
  }

  /// Breaks the connection with a TCP reset.
  public Script reset() {
    ended = true;
    steps.add(new Step.Reset());
    return this;
  }

  /// Ends the body in good order, but the reply without its end.
  public Script endWithoutStop() {
    ended = true;
    return this;
  }

  public Script errorInStream(String type) {
    ended = true;
    return event(error(type, "scripted error"));
  }

  public Script badJson() {
    ended = true;
    return raw("event: content_block_delta\ndata: {\"type\":\n\n");
  }

  private int open(Json.Obj start) {
    event(Json.obj("type", "content_block_start", "index", blocks, "content_block", start));
    return blocks++;
  }

  private void delta(int index, Json.Obj delta) {
    event(Json.obj("type", "content_block_delta", "index", index, "delta", delta));
  }

  private Script close(int index) {
    return event(Json.obj("type", "content_block_stop", "index", index));
  }

  private static Json.Obj error(String type, String message) {
    return Json.obj("type", "error", "error", Json.obj("type", type, "message", message));
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  boolean streams() {
    return streams;
  }

  /// All steps, the reply's end among them.
  synchronized List<Step> steps() {
    if (!ended) {
      ended = true;
      event(
          Json.obj(
              "type",
              "message_delta",
              "delta",
              Json.obj(
                  "stop_reason",
                  stopReason != null ? stopReason : usesTools ? "tool_use" : "end_turn",
                  "stop_sequence",
                  null,
                  "stop_details",
                  stopDetails),
              "usage",
              Json.obj("input_tokens", inputTokens, "output_tokens", outputTokens)));
      event(Json.obj("type", "message_stop"));
    }
    return List.copyOf(steps);
  }
}
