package dev.drover.brain;

import dev.drover.base.Blank;
import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.tools.Runs;
import dev.drover.tools.Toolbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The conversion of a model's reply to the events of one append. For one reply; one thread.
final class Replies {
  /// The key of the reason, for the model, why a tool use must not run; stored with the tool use.
  static final String REFUSAL = "refusal";

  /// The key of whether a call may run twice, as its MCP server says; stored with the tool use.
  static final String REPEATABLE = "repeatable";

  private static final int LONGEST_QUOTE = 2_000;

  private static final String CUT_OFF =
      "[A note from the system that runs you, not from the user: your last reply was cut off,"
          + " because your context was full. Continue from there.]";

  private final Answer.Reply reply;
  private final Toolbox tools;
  private final WakeContext at;
  private final List<Json> texts = new ArrayList<>();
  private final List<Emission.Entry> uses = new ArrayList<>();
  private boolean thought;

  private Replies(Answer.Reply reply, Toolbox tools, WakeContext at) {
    this.reply = reply;
    this.tools = tools;
    this.at = at;
    var content = reply.content().items();
    for (int i = 0; i < content.size(); i++) {
      if (content.get(i) instanceof Json.Obj block) {
        read(i, block);
      }
    }
  }

  /// @param message the id for the reply's text
  /// @param thinking the id for its thinking
  static List<Emission.Entry> entries(
      Answer.Reply reply,
      EventId start,
      EventId message,
      EventId thinking,
      Toolbox tools,
      WakeContext at) {
    return new Replies(reply, tools, at).entries(start, message, thinking);
  }

  private void read(int index, Json.Obj block) {
    switch (String.valueOf(block.text("type"))) {
      case "text" ->
          texts.add(Json.obj("type", "text", "text", String.valueOf(block.text("text"))));
      case "thinking", "redacted_thinking" -> thought = true;
      case "tool_use" -> {
        // A refused reply is never sent back to the model, so its calls cannot be answered.
        if (!reply.stopReason().equals("refusal")) {
          uses.add(use(index, block));
        }
      }
      default -> {}
    }
  }

  /// The event of a call. A call that cannot run is recorded as denied, even one of a custom tool,
  /// so that the client is not asked to answer it.
  private Emission.Entry use(int index, Json.Obj block) {
    var name = Objects.requireNonNullElse(block.text("name"), "");
    var input = block.object("input");
    var refusal = refusal(index, block, name);
    if (refusal.isPresent()) {
      return at.entry(
          use(name, input, Event.Permission.NOT_ENABLED), Json.obj(REFUSAL, refusal.get()));
    }
    var offer = tools.named(name).orElseThrow();
    return switch (offer.runs()) {
      case Runs.Client _ -> at.entry(new Event.AgentCustomToolUse(at.id(), name, input));
      case Runs.Mcp(var _, var tool) ->
          at.entry(use(name, input, offer.permission()), Json.obj(REPEATABLE, tool.repeatable()));
      case Runs.Carried _ -> at.entry(use(name, input, offer.permission()));
    };
  }

  /// The use of a tool that the client does not run.
  private Event.PermittedUse use(String name, Json.Obj input, Event.Permission permission) {
    var mcp = tools.ofMcpServer(name);
    return mcp.isPresent()
        ? new Event.AgentMcpToolUse(
            at.id(), mcp.get().server().name(), mcp.get().tool().name(), input, permission)
        : new Event.AgentToolUse(at.id(), name, input, permission);
  }

  private Optional<String> refusal(int index, Json.Obj block, String name) {
    return tools.named(name).isEmpty()
        ? Optional.of(tools.refusal(name))
        : flaw(index, block).map(Replies::unreadable);
  }

  private Optional<String> flaw(int index, Json.Obj block) {
    boolean isObject = block.get("input").orElse(Json.EMPTY) instanceof Json.Obj;
    return Optional.ofNullable(reply.flaws().unreadable().get(index))
        .or(() -> isObject ? Optional.empty() : Optional.of("it is not an object"));
  }

  private static String unreadable(String why) {
    var quote =
        why.codePointCount(0, why.length()) <= LONGEST_QUOTE
            ? why
            : why.substring(0, why.offsetByCodePoints(0, LONGEST_QUOTE)) + "…";
    return "This call did not run, because its input cannot be read as one JSON object: "
        + quote
        + "\nMake the call again with a well-formed input.";
  }

  private List<Emission.Entry> entries(EventId start, EventId message, EventId thinking) {
    var entries = new ArrayList<Emission.Entry>();
    if (thought) {
      entries.add(at.entry(new Event.AgentThinking(thinking)));
    }
    if (!texts.stream()
        .allMatch(text -> Blank.is(String.valueOf(((Json.Obj) text).text("text"))))) {
      entries.add(at.entry(new Event.AgentMessage(message, new Json.Arr(texts))));
    }
    entries.addAll(uses);
    entries.add(at.entry(new Event.ModelRequestEnd(at.id(), start, false, reply.usage()), kept()));
    return entries;
  }

  private Json.Obj kept() {
    var kept =
        Json.obj(
            "content", reply.content(),
            "stop_reason", reply.stopReason(),
            "stop_details", reply.stopDetails(),
            "tool_uses", uses.stream().map(use -> use.event().id().value()).toList());
    return ThreadFold.isCut(reply.stopReason())
        ? kept.with("note", CUT_OFF)
        : Shortfall.of(reply).map(shortfall -> shortfall.keptIn(kept)).orElse(kept);
  }
}
