package dev.drover.testing;

import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.SessionId;

/// Calls without a brain.
public final class Calls {
  private Calls() {}

  /// Has the session's hand carry out a call, as a step with this one call does.
  public static ToolResult run(Hands hands, SessionId session, ToolCall call)
      throws InterruptedException {
    try (var grip = hands.provision(HandSpec.workspace(session))) {
      return grip.execute(call);
    } catch (Sandboxes.Unavailable e) {
      return ToolResult.error(String.valueOf(e.getMessage()));
    }
  }
}
