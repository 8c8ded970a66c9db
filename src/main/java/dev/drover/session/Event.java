package dev.drover.session;

import dev.drover.base.Json;

/// What happened in a session. One record per `type` of the public protocol; the log is a list of
/// these. When it happened is not the event's to say: the log stamps it on the way in.
public sealed interface Event {
  EventId id();

  /// Sent by a client. It is *received* first, and *processed* when a brain takes it up.
  sealed interface FromClient extends Event {}

  /// Kept in the log for the brain alone; never shown to a client.
  sealed interface Private extends Event {}

  /// @param content blocks of the Messages API: text, image, document
  record UserMessage(EventId id, Json.Arr content) implements FromClient {}

  record UserInterrupt(EventId id) implements FromClient {}

  /// @param content text blocks
  record AgentMessage(EventId id, Json.Arr content) implements Event {}

  record AgentThinking(EventId id) implements Event {}

  record AgentToolUse(EventId id, String name, Json.Obj input, Permission permission)
      implements Event {}

  /// @param content blocks of the Messages API
  record AgentToolResult(EventId id, EventId toolUseId, Json.Arr content, boolean isError)
      implements Event {}

  record StatusRunning(EventId id) implements Event {}

  record StatusIdle(EventId id, StopReason reason) implements Event {}

  record StatusRescheduled(EventId id) implements Event {}

  record StatusTerminated(EventId id) implements Event {}

  record Failed(EventId id, SessionError error) implements Event {}

  /// A snapshot of what the whole session has used.
  record UsageReported(EventId id, Usage usage) implements Event {}

  /// The last that an open stream sees of a session. Never stored: the log goes with the session.
  record Deleted(EventId id) implements Event {}

  record ThreadRunning(EventId id, ThreadId thread, String agentName) implements Event {}

  record ThreadIdle(EventId id, ThreadId thread, String agentName, StopReason reason)
      implements Event {}

  record ThreadRescheduled(EventId id, ThreadId thread, String agentName) implements Event {}

  record ThreadTerminated(EventId id, ThreadId thread, String agentName) implements Event {}

  record ModelRequestStart(EventId id) implements Event {}

  record ModelRequestEnd(EventId id, EventId startId, boolean isError, ModelUsage usage)
      implements Event {}

  /// The intent to run a tool call, durable before the hand is asked.
  ///
  /// @param attempt from 1
  record ToolDispatched(EventId id, EventId toolUseId, int attempt) implements Private {}

  /// From a newer version: kept as it came.
  record Unknown(EventId id, String type, Json.Obj body) implements Event {}

  /// How a tool call was judged before it ran.
  enum Permission {
    /// By `always_allow`.
    ALLOWED,
    /// Refused before any policy: the tool is not enabled.
    NOT_ENABLED
  }
}
