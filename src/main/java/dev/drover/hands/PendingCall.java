package dev.drover.hands;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/// A call of a [FramedHand] that waits for its result.
final class PendingCall {
  /// Whether the hand has been asked.
  enum Stage {
    QUEUED,
    SENT,
    ABANDONED
  }

  final int id;
  final ToolCall call;
  final CompletableFuture<ToolResult> result = new CompletableFuture<>();
  final AtomicReference<Stage> stage = new AtomicReference<>(Stage.QUEUED);
  final ByteArrayOutputStream text = new ByteArrayOutputStream();

  PendingCall(int id, ToolCall call) {
    this.id = id;
    this.call = call;
  }
}
