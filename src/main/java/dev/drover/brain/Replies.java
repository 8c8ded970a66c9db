package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.catalog.Definition;
import dev.drover.hands.BuiltInTool;
import dev.drover.model.Answer;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Turns a model's reply into the events of one append.
final class Replies {
  private Replies() {}

  /// @param message the id for the reply's text
  /// @param thinking the id for its thinking
  static List<Emission.Entry> entries(
      Answer.Reply reply,
      EventId start,
      EventId message,
      EventId thinking,
      Definition agent,
      Supplier<EventId> ids) {
    var texts = new ArrayList<Json>();
    var uses = new ArrayList<Event.ToolUse>();
    boolean thought = false;
    boolean refused = reply.stopReason().equals("refusal");
    for (var block : reply.content().items()) {
      if (block instanceof Json.Obj object) {
        switch (String.valueOf(object.text("type"))) {
          case "text" ->
              texts.add(Json.obj("type", "text", "text", String.valueOf(object.text("text"))));
          case "thinking", "redacted_thinking" -> thought = true;
          case "tool_use" -> {
            // A refused reply never goes back to the model, so nothing could answer its calls.
            if (!refused) {
              uses.add(toolUse(object, agent, ids.get()));
            }
          }
          default -> {}
        }
      }
    }
    var entries = new ArrayList<Emission.Entry>();
    if (thought) {
      entries.add(Pen.entry(new Event.AgentThinking(thinking)));
    }
    if (!texts.isEmpty()) {
      entries.add(Pen.entry(new Event.AgentMessage(message, new Json.Arr(texts))));
    }
    uses.forEach(use -> entries.add(Pen.entry(use)));
    entries.add(
        Pen.entry(
            new Event.ModelRequestEnd(ids.get(), start, false, reply.usage()),
            Json.obj(
                "content",
                reply.content(),
                "stop_reason",
                reply.stopReason(),
                "stop_details",
                reply.stopDetails(),
                "tool_uses",
                uses.stream().map(use -> use.id().value()).toList())));
    return entries;
  }

  /// The tools that the model is told of: those that are enabled and that we have, and the client's
  /// own.
  static Json.Arr tools(Definition agent) {
    var tools = new ArrayList<Json>();
    for (var tool : BuiltInTool.values()) {
      if (permission(agent, tool.wireName()) != Event.Permission.NOT_ENABLED) {
        tools.add(tool(tool.wireName(), tool.description(), tool.inputSchema()));
      }
    }
    for (var tool : agent.customTools()) {
      tools.add(tool(tool.name(), tool.description(), tool.inputSchema()));
    }
    return new Json.Arr(tools);
  }

  private static Json.Obj tool(String name, String description, Json.Obj schema) {
    return Json.obj("name", name, "description", description, "input_schema", schema);
  }

  private static Event.ToolUse toolUse(Json.Obj block, Definition agent, EventId id) {
    var name = String.valueOf(block.text("name"));
    var input = block.object("input");
    boolean custom = agent.customTools().stream().anyMatch(tool -> tool.name().equals(name));
    return custom
        ? new Event.AgentCustomToolUse(id, name, input)
        : new Event.AgentToolUse(id, name, input, permission(agent, name));
  }

  private static Event.Permission permission(Definition agent, String tool) {
    return agent
        .toolset()
        .map(toolset -> toolset.of(tool))
        .filter(setting -> setting.enabled() && BuiltInTool.named(tool).isPresent())
        .map(
            setting ->
                switch (setting.policy()) {
                  case ALWAYS_ALLOW -> Event.Permission.ALLOWED;
                  case ALWAYS_ASK -> Event.Permission.ASKED;
                  case AUTO -> Event.Permission.UNDECIDED;
                })
        .orElse(Event.Permission.NOT_ENABLED);
  }
}
