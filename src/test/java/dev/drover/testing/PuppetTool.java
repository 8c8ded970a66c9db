package dev.drover.testing;

import dev.drover.base.Json;
import dev.drover.hands.Hand;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.SessionId;
import dev.drover.tools.CallContext;
import dev.drover.tools.ServerTool;
import dev.drover.tools.ToolSpec;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A tool of the server that does what the test says. What it was asked is kept.
public final class PuppetTool implements ServerTool {
  private final ToolSpec spec;
  private final List<ToolCall> calls = new CopyOnWriteArrayList<>();
  private final List<SessionId> sessions = new CopyOnWriteArrayList<>();
  private volatile Hand strings = call -> ToolResult.success("did " + call.name());

  public PuppetTool(String name, boolean readOnly) {
    spec = new ToolSpec(name, "What " + name + " does.", Json.obj("type", "object"), readOnly);
  }

  public PuppetTool does(Hand hand) {
    strings = hand;
    return this;
  }

  public List<ToolCall> calls() {
    return calls;
  }

  /// Whose calls they were.
  public List<SessionId> sessions() {
    return sessions;
  }

  @Override
  public ToolSpec spec() {
    return spec;
  }

  @Override
  public ToolResult execute(CallContext at, ToolCall call) throws InterruptedException {
    calls.add(call);
    sessions.add(at.thread().session());
    return strings.execute(call);
  }
}
