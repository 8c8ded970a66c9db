package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.tools.CallContext;
import dev.drover.tools.ServerTool;
import dev.drover.tools.ToolSpec;

/// The tool of a scripted session. Its results are in the script.
record ScriptedTool(ScriptedSession script) implements ServerTool {
  private static final String DESCRIPTION = "Does one step of the work.";
  private static final Json.Obj SCHEMA =
      Json.obj(
          "type",
          "object",
          "properties",
          Json.obj("path", Json.obj("type", "string"), "step", Json.obj("type", "integer")));

  /// The tool as models see it.
  static final Json.Obj DEFINITION =
      Json.obj("name", ScriptedAgent.TOOL, "description", DESCRIPTION, "input_schema", SCHEMA);

  private static final ToolSpec SPEC = new ToolSpec(ScriptedAgent.TOOL, DESCRIPTION, SCHEMA, true);

  @Override
  public ToolSpec spec() {
    return SPEC;
  }

  @Override
  public ToolResult execute(CallContext at, ToolCall call) {
    long step = call.input().number("step", -1);
    return step >= 0 && step < script.calls()
        ? script.result((int) step)
        : ToolResult.error("there is no such step");
  }
}
