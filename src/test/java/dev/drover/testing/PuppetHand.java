package dev.drover.testing;

import dev.drover.hands.Hand;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A hand that does what the test says. What it was asked is kept.
public final class PuppetHand implements Hand {
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
  public ToolResult execute(ToolCall call) throws InterruptedException {
    calls.add(call);
    return strings.execute(call);
  }
}
