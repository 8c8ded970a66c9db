package dev.drover.telemetry;

import dev.drover.hands.BuiltInTool;
import dev.drover.hands.Hands;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.SessionId;

/// Hands whose calls are measured.
public final class MeteredHands implements Hands {
  private final Hands hands;
  private final Meters meters;

  public MeteredHands(Hands hands, Meters meters) {
    this.hands = hands;
    this.meters = meters;
  }

  @Override
  public ToolResult execute(SessionId session, ToolCall call) throws InterruptedException {
    var tool = BuiltInTool.named(call.name()).isPresent() ? call.name() : "custom";
    long start = System.nanoTime();
    var outcome = "interrupted";
    try {
      var result = hands.execute(session, call);
      outcome = result.lost() ? "lost" : result.isError() ? "error" : "ok";
      return result;
    } finally {
      meters.toolCalls.increment(tool, outcome);
      meters.toolSeconds.since(start, tool, outcome);
    }
  }

  @Override
  public void release(SessionId session) {
    hands.release(session);
  }

  @Override
  public void discard(SessionId session) {
    hands.discard(session);
  }
}
