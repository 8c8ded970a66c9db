package dev.drover.testing;

import dev.drover.hands.Hand;
import dev.drover.hands.Hands;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.SessionId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// One hand for all sessions, which does what the test says. What it was asked is kept.
public final class PuppetHand implements Hands {
  private volatile Hand strings = call -> ToolResult.success("did " + call.name());
  private final List<ToolCall> calls = new CopyOnWriteArrayList<>();

  public PuppetHand does(Hand hand) {
    strings = hand;
    return this;
  }

  public List<ToolCall> calls() {
    return calls;
  }

  @Override
  public ToolResult execute(SessionId session, ToolCall call) throws InterruptedException {
    calls.add(call);
    return strings.execute(call);
  }

  @Override
  public void release(SessionId session) {}

  @Override
  public void discard(SessionId session) {}
}
