package dev.drover.testing;

import dev.drover.base.Json;
import java.util.Arrays;
import java.util.List;

/// The chunks of a Chat Completions stream, for a [ScriptedMessages] server to send.
public final class Chunks {
  private Chunks() {}

  /// A whole stream: these chunks, then the mark of its end.
  public static Script stream(Json.Obj... chunks) {
    return open(chunks).raw("data: [DONE]\n\n");
  }

  /// These chunks, and whatever the test adds.
  public static Script open(Json.Obj... chunks) {
    var script = Script.stream();
    Arrays.stream(chunks).forEach(chunk -> script.raw("data: " + chunk + "\n\n"));
    return script;
  }

  public static Json.Obj text(String text) {
    return delta(Json.obj("role", "assistant", "content", text));
  }

  public static Json.Obj call(int index, String id, String name, String arguments) {
    return calls(
        Json.obj(
            "index",
            index,
            "id",
            id,
            "type",
            "function",
            "function",
            Json.obj("name", name, "arguments", arguments)));
  }

  /// More of a call's arguments.
  public static Json.Obj more(int index, String arguments) {
    return calls(Json.obj("index", index, "function", Json.obj("arguments", arguments)));
  }

  public static Json.Obj calls(Json.Obj... calls) {
    return delta(Json.obj("tool_calls", List.of(calls)));
  }

  public static Json.Obj delta(Json.Obj delta) {
    return chunk(Json.obj("index", 0, "delta", delta, "finish_reason", null));
  }

  public static Json.Obj finish(String reason) {
    return chunk(Json.obj("index", 0, "delta", Json.EMPTY, "finish_reason", reason));
  }

  public static Json.Obj usage(int prompt, int cached, int completion) {
    return Json.obj(
        "id",
        "chatcmpl-1",
        "object",
        "chat.completion.chunk",
        "choices",
        List.of(),
        "usage",
        Json.obj(
            "prompt_tokens",
            prompt,
            "completion_tokens",
            completion,
            "prompt_tokens_details",
            Json.obj("cached_tokens", cached)));
  }

  private static Json.Obj chunk(Json.Obj choice) {
    return Json.obj(
        "id",
        "chatcmpl-1",
        "object",
        "chat.completion.chunk",
        "choices",
        List.of(choice),
        "usage",
        null);
  }
}
