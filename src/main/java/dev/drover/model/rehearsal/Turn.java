package dev.drover.model.rehearsal;

import dev.drover.base.Json;
import dev.drover.model.Prompt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The part of a prompt that follows the model's last reply.
///
/// @param text the user's text
/// @param results the results of the model's calls
/// @param tools the names of the offered tools, in their order
/// @param first whether the model has not replied before
record Turn(String text, List<Result> results, Set<String> tools, boolean first) {

  /// @param call the model's call
  record Result(Script.Call call, String output, boolean isError) {}

  static Turn of(Prompt prompt) {
    var messages = prompt.messages().items();
    int since = messages.size();
    while (since > 0 && !isAssistant(messages.get(since - 1))) {
      since--;
    }
    var asked = since == 0 ? Map.<String, Script.Call>of() : calls(messages.get(since - 1));
    var texts = new ArrayList<String>();
    var results = new ArrayList<Result>();
    for (var message : messages.subList(since, messages.size())) {
      for (var block : blocks(message)) {
        if ("text".equals(block.text("type"))) {
          texts.add(text(block, "text"));
        } else if ("tool_result".equals(block.text("type"))) {
          var id = text(block, "tool_use_id");
          var call = asked.getOrDefault(id, new Script.Call("unknown", Json.obj("call", id)));
          results.add(new Result(call, output(block), isError(block)));
        }
      }
    }
    return new Turn(String.join("\n\n", texts), results, tools(prompt), since == 0);
  }

  private static boolean isAssistant(Json message) {
    return message instanceof Json.Obj object && "assistant".equals(object.text("role"));
  }

  private static Map<String, Script.Call> calls(Json message) {
    var calls = new LinkedHashMap<String, Script.Call>();
    for (var block : blocks(message)) {
      if ("tool_use".equals(block.text("type"))) {
        calls.put(text(block, "id"), new Script.Call(text(block, "name"), block.object("input")));
      }
    }
    return calls;
  }

  private static Set<String> tools(Prompt prompt) {
    var names = new LinkedHashSet<String>();
    for (var tool : prompt.tools().items()) {
      if (tool instanceof Json.Obj object) {
        names.add(text(object, "name"));
      }
    }
    return names;
  }

  private static boolean isError(Json.Obj block) {
    return block.get("is_error").orElse(Json.NULL) instanceof Json.Bool(var error) && error;
  }

  /// The text of a result, with the types of blocks that are not text.
  private static String output(Json.Obj block) {
    return content(block).stream()
        .map(
            part ->
                "text".equals(part.text("type"))
                    ? text(part, "text")
                    : "[" + text(part, "type") + "]")
        .collect(Collectors.joining("\n"));
  }

  private static List<Json.Obj> blocks(Json message) {
    return message instanceof Json.Obj object ? content(object) : List.of();
  }

  /// The blocks of `content`; a string is one text block.
  private static List<Json.Obj> content(Json.Obj holder) {
    var plain = holder.text("content");
    if (plain != null) {
      return List.of(Json.obj("type", "text", "text", plain));
    }
    return holder.items("content").stream()
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .toList();
  }

  private static String text(Json.Obj object, String key) {
    var text = object.text(key);
    return text == null ? "" : text;
  }
}
