package dev.drover.model.openai;

import dev.drover.base.Json;
import dev.drover.model.Prompt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// A prompt as the body of a Chat Completions request.
final class ChatRequest {
  private ChatRequest() {}

  /// @param limit what the server calls the most that a reply may have
  static Json.Obj of(Prompt prompt, String limit) {
    var body = new LinkedHashMap<String, Json>();
    body.put("model", Json.of(prompt.model()));
    body.put(limit, Json.of(prompt.maxTokens()));
    prompt.effort().ifPresent(effort -> body.put("reasoning_effort", Json.of(effort(effort))));
    body.put("messages", messages(prompt));
    if (!prompt.tools().items().isEmpty()) {
      body.put(
          "tools", new Json.Arr(prompt.tools().items().stream().map(ChatRequest::tool).toList()));
    }
    body.put("stream", Json.of(true));
    body.put("stream_options", Json.obj("include_usage", true));
    return new Json.Obj(body);
  }

  /// The highest level that every server with levels knows is `high`.
  private static String effort(String effort) {
    return effort.equals("xhigh") || effort.equals("max") ? "high" : effort;
  }

  private static Json tool(Json tool) {
    var definition = (Json.Obj) tool;
    var function = new LinkedHashMap<String, Json>();
    function.put("name", Json.of(definition.text("name")));
    definition.get("description").ifPresent(text -> function.put("description", text));
    function.put("parameters", definition.object("input_schema"));
    return Json.obj("type", "function", "function", new Json.Obj(function));
  }

  private static Json.Arr messages(Prompt prompt) {
    var messages = new ArrayList<Json>();
    var system = Content.text(prompt.system().items());
    if (!system.isBlank()) {
      messages.add(Json.obj("role", "system", "content", system));
    }
    for (var item : prompt.messages().items()) {
      var message = (Json.Obj) item;
      var content = blocks(message);
      switch (message.text("role")) {
        case "assistant" -> assistant(content, messages);
        case "system" -> messages.add(Json.obj("role", "system", "content", Content.text(content)));
        case null, default -> user(content, messages);
      }
    }
    return new Json.Arr(messages);
  }

  private static List<Json> blocks(Json.Obj message) {
    return message.get("content").orElse(Json.NULL) instanceof Json.Str(var text)
        ? List.of(Json.obj("type", "text", "text", text))
        : message.items("content");
  }

  /// What it thought is dropped: no server takes it back.
  private static void assistant(List<Json> content, List<Json> into) {
    var calls = new ArrayList<Json>();
    var texts = new ArrayList<Json>();
    for (var item : content) {
      if (item instanceof Json.Obj block) {
        if ("tool_use".equals(block.text("type"))) {
          calls.add(call(block));
        } else if ("text".equals(block.text("type"))) {
          texts.add(block);
        }
      }
    }
    var fields = new LinkedHashMap<String, Json>();
    fields.put("role", Json.of("assistant"));
    fields.put("content", texts.isEmpty() ? Json.NULL : Json.of(Content.text(texts)));
    if (!calls.isEmpty()) {
      fields.put("tool_calls", new Json.Arr(calls));
    }
    if (!calls.isEmpty() || !texts.isEmpty()) {
      into.add(new Json.Obj(fields));
    }
  }

  private static Json call(Json.Obj use) {
    return Json.obj(
        "id",
        use.text("id"),
        "type",
        "function",
        "function",
        Json.obj("name", use.text("name"), "arguments", use.object("input").toString()));
  }

  /// Results first, each as a message of its own, right after the calls; then all the rest. A
  /// result holds text alone, so its images come with the rest.
  private static void user(List<Json> content, List<Json> into) {
    var rest = new ArrayList<Json>();
    for (var item : content) {
      if (item instanceof Json.Obj block && "tool_result".equals(block.text("type"))) {
        into.add(result(block));
        var images = Content.images(block.items("content"));
        if (!images.isEmpty()) {
          rest.add(
              Json.obj(
                  "type", "text", "text", "From the result of " + block.text("tool_use_id") + ":"));
          rest.addAll(images);
        }
      } else {
        rest.add(item);
      }
    }
    if (!rest.isEmpty()) {
      into.add(Json.obj("role", "user", "content", Content.parts(rest)));
    }
  }

  /// There is no word for a failed call but what the text says.
  private static Json result(Json.Obj block) {
    var text = Content.text(blocks(block));
    boolean failed = block.get("is_error").orElse(Json.NULL).equals(Json.of(true));
    var shown = text.isBlank() ? "(no output)" : text;
    return Json.obj(
        "role",
        "tool",
        "tool_call_id",
        block.text("tool_use_id"),
        "content",
        failed ? "Error: " + shown : shown);
  }
}
