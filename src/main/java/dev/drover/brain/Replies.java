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
    var uses = new ArrayList<Event.AgentToolUse>();
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

  /// The tools that the model is told of: those that are enabled and that we have.
  static Json.Arr tools(Definition agent) {
    return new Json.Arr(
        java.util.Arrays.stream(BuiltInTool.values())
            .filter(tool -> enabled(agent, tool.wireName()))
            .<Json>map(
                tool ->
                    Json.obj(
                        "name",
                        tool.wireName(),
                        "description",
                        tool.description(),
                        "input_schema",
                        tool.inputSchema()))
            .toList());
  }

  private static Event.AgentToolUse toolUse(Json.Obj block, Definition agent, EventId id) {
    var name = String.valueOf(block.text("name"));
    return new Event.AgentToolUse(
        id,
        name,
        block.object("input"),
        enabled(agent, name) ? Event.Permission.ALLOWED : Event.Permission.NOT_ENABLED);
  }

  private static boolean enabled(Definition agent, String tool) {
    return BuiltInTool.named(tool).isPresent()
        && agent.toolset().map(toolset -> toolset.of(tool).enabled()).orElse(false);
  }
}
