package dev.drover.hands;

import dev.drover.base.Json;
import dev.drover.session.EventId;

/// One call of a tool.
///
/// @param id the tool-use event; no two calls of a session share it
/// @param input as the model wrote it, unchecked
/// @param again true if the call may already have been sent to the same hand: if that hand is dead,
///   it is unknown whether the call ran
public record ToolCall(EventId id, String name, Json.Obj input, boolean again) {
  public ToolCall(EventId id, String name, Json.Obj input) {
    this(id, name, input, false);
  }
}
