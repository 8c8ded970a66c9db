package dev.drover.model.openai;

import dev.drover.base.Json;
import dev.drover.model.Kept;
import dev.drover.model.Prompt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A prompt as the body of a Chat Completions request.
final class ChatRequest {
  /// The setting for servers that do not expect thinking back.
  private static final String NONE = "none";

  private final String model;
  private final String reasoningField;

  private ChatRequest(Prompt prompt, String reasoningField) {
    this.model = prompt.model();
    this.reasoningField = reasoningField;
  }

  /// @param limit the server's name for the reply limit
  /// @param reasoningField the field in which the server expects thinking to be sent back; empty
  ///   for the field in which it came; `none` for no field
  static Json.Obj of(Prompt prompt, String limit, String reasoningField) {
    var body = new LinkedHashMap<String, Json>();
    body.put("model", Json.of(prompt.model()));
    body.put(limit, Json.of(prompt.maxTokens()));
    prompt.effort().ifPresent(effort -> body.put("reasoning_effort", Json.of(effort(effort))));
    body.put("messages", new ChatRequest(prompt, reasoningField).messages(prompt));
    if (!prompt.tools().items().isEmpty()) {
      body.put(
          "tools", new Json.Arr(prompt.tools().items().stream().map(ChatRequest::tool).toList()));
      if (!prompt.mayCall()) {
        body.put("tool_choice", Json.of("none"));
      }
    }
    body.put("stream", Json.of(true));
    body.put("stream_options", Json.obj("include_usage", true));
    return new Json.Obj(body);
  }

  /// The highest level that all servers with levels support is `high`.
  private static String effort(String effort) {
    return effort.equals("xhigh") || effort.equals("max") ? "high" : effort;
  }

  private static Json tool(Json tool) {
    var definition = (Json.Obj) tool;
    var function = new LinkedHashMap<String, Json>();
    function.put("name", Json.of(ToolNames.sent(Call.piece(definition, "name"))));
    definition.get("description").ifPresent(text -> function.put("description", text));
    function.put("parameters", definition.object("input_schema"));
    return Json.obj("type", "function", "function", new Json.Obj(function));
  }

  private Json.Arr messages(Prompt prompt) {
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

  /// Adds an assistant message. Thinking is sent back in fields beside the content, and only to the
  /// model that produced it.
  private void assistant(List<Json> content, List<Json> into) {
    var calls = new ArrayList<Json>();
    var texts = new ArrayList<Json>();
    var thoughts = new LinkedHashMap<String, Json>();
    for (var item : content) {
      if (item instanceof Json.Obj block) {
        switch (String.valueOf(block.text("type"))) {
          case "tool_use" -> calls.add(call(block));
          case "text" -> texts.add(block);
          case "thinking" -> thought(block, thoughts);
          default -> {}
        }
      }
    }
    var fields = new LinkedHashMap<String, Json>();
    fields.put("role", Json.of("assistant"));
    fields.put("content", texts.isEmpty() ? Json.NULL : Json.of(Content.text(texts)));
    fields.putAll(thoughts);
    if (!calls.isEmpty()) {
      fields.put("tool_calls", new Json.Arr(calls));
    }
    if (!calls.isEmpty() || !texts.isEmpty()) {
      into.add(new Json.Obj(fields));
    }
  }

  private void thought(Json.Obj block, Map<String, Json> into) {
    var kept = Kept.of(block, model);
    if (kept.fields().isEmpty() || reasoningField.equals(NONE)) {
      return;
    }
    for (var list : kept.fields().entrySet()) {
      boolean wanted = reasoningField.isEmpty() || reasoningField.equals(list.getKey());
      if (wanted && list.getValue() instanceof Json.Arr(var items)) {
        into.merge(list.getKey(), new Json.Arr(items), ChatRequest::joined);
      }
    }
    var came = Call.piece(kept, "field");
    var name = reasoningField.isEmpty() ? came : reasoningField;
    var text = Call.piece(block, "thinking");
    if (!name.isEmpty() && !came.isEmpty() && !kept.fields().containsKey(name)) {
      into.merge(name, Json.of(text), ChatRequest::joined);
    }
  }

  private static Json joined(Json one, Json other) {
    return one instanceof Json.Arr(var first) && other instanceof Json.Arr(var more)
        ? new Json.Arr(Stream.concat(first.stream(), more.stream()).toList())
        : one instanceof Json.Str(var text) && other instanceof Json.Str(var rest)
            ? Json.of(text + "\n" + rest)
            : other;
  }

  /// A call, with the fields that its server sent along if this is the model that made it.
  private Json call(Json.Obj use) {
    var kept = Kept.of(use, model);
    var function = new LinkedHashMap<String, Json>();
    function.put("name", Json.of(ToolNames.sent(String.valueOf(use.text("name")))));
    function.put("arguments", Json.of(use.object("input").toString()));
    kept.object("function").fields().forEach(function::putIfAbsent);
    var call = new LinkedHashMap<String, Json>();
    call.put("id", Json.of(use.text("id")));
    call.put("type", Json.of("function"));
    call.put("function", new Json.Obj(function));
    kept.fields().forEach(call::putIfAbsent);
    return new Json.Obj(call);
  }

  /// Adds the results first, each as a separate message, directly after the calls, and then the
  /// rest. A result can contain only text, so its images are in the rest.
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

  /// A tool result. Only its text can show that the call failed.
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
