package dev.drover.session;

import dev.drover.base.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What happened in a session. One record per `type` of the public protocol; the log is a list of
/// these. When it happened is not the event's to say: the log stamps it on the way in.
public sealed interface Event {
  EventId id();

  /// Whether clients see it.
  default boolean isVisible() {
    return !(this instanceof Private);
  }

  /// Sent by a client. It is *received* first, and *processed* when a brain takes it up.
  sealed interface FromClient extends Event {}

  /// Answers a tool use that waits for the client. It is processed as it is received: it settles
  /// something, and cannot wait its turn behind messages.
  sealed interface Answer extends FromClient {
    /// The tool use that is answered.
    EventId toolUseId();
  }

  /// The model asks for a tool.
  sealed interface ToolUse extends Event {
    String name();

    Json.Obj input();

    /// Whether nothing happens before the client has answered.
    boolean waitsForClient();

    /// Whether the client's answer is the result; otherwise it is at most a permission.
    boolean isRunByClient();

    /// Whether it was refused before any policy.
    boolean isRefused();
  }

  /// What came of a tool use. No tool use has two.
  sealed interface ToolResult extends Event {
    /// The tool use that it is the result of.
    EventId toolUseId();

    /// What it says, in blocks of the Messages API; empty: nothing was said.
    Optional<Json.Arr> output();

    /// Whether the tool failed, as far as was said.
    boolean failed();
  }

  /// Kept in the log for the brain alone; never shown to a client.
  sealed interface Private extends Event {}

  /// @param content blocks of the Messages API: text, image, document
  record UserMessage(EventId id, Json.Arr content) implements FromClient {}

  /// @param thread which is to stop; empty: all threads of the session
  record UserInterrupt(EventId id, Optional<ThreadId> thread) implements FromClient {
    /// An interrupt of all threads.
    public UserInterrupt(EventId id) {
      this(id, Optional.empty());
    }
  }

  /// @param allow whether the call may run
  /// @param denyMessage what the model is told of a refusal; null: nothing; always null with
  ///   `allow`
  record UserToolConfirmation(
      EventId id, EventId toolUseId, boolean allow, @Nullable String denyMessage)
      implements Answer {}

  /// The client's result of one of its own tools.
  ///
  /// @param content blocks of the Messages API; empty: none was sent
  /// @param isError empty: the client did not say
  record UserCustomToolResult(
      EventId id, EventId toolUseId, Optional<Json.Arr> content, Optional<Boolean> isError)
      implements Answer, ToolResult {
    @Override
    public Optional<Json.Arr> output() {
      return content;
    }

    @Override
    public boolean failed() {
      return isError.orElse(false);
    }
  }

  /// What the operator of the client's program tells the model, right after the event that it was
  /// sent with. It is processed together with that one.
  ///
  /// @param content text blocks
  record SystemMessage(EventId id, Json.Arr content) implements FromClient {}

  /// @param content text blocks
  record AgentMessage(EventId id, Json.Arr content) implements Event {}

  record AgentThinking(EventId id) implements Event {}

  record AgentToolUse(EventId id, String name, Json.Obj input, Permission permission)
      implements ToolUse {
    @Override
    public boolean waitsForClient() {
      return permission == Permission.ASKED || permission == Permission.UNDECIDED;
    }

    @Override
    public boolean isRunByClient() {
      return false;
    }

    @Override
    public boolean isRefused() {
      return permission == Permission.NOT_ENABLED;
    }
  }

  /// A use of a tool that the client runs.
  record AgentCustomToolUse(EventId id, String name, Json.Obj input) implements ToolUse {
    @Override
    public boolean waitsForClient() {
      return true;
    }

    @Override
    public boolean isRunByClient() {
      return true;
    }

    @Override
    public boolean isRefused() {
      return false;
    }
  }

  /// @param content blocks of the Messages API
  record AgentToolResult(EventId id, EventId toolUseId, Json.Arr content, boolean isError)
      implements ToolResult {
    @Override
    public Optional<Json.Arr> output() {
      return Optional.of(content);
    }

    @Override
    public boolean failed() {
      return isError;
    }
  }

  record StatusRunning(EventId id) implements Event {}

  record StatusIdle(EventId id, StopReason reason) implements Event {}

  record StatusRescheduled(EventId id) implements Event {}

  record StatusTerminated(EventId id) implements Event {}

  record Failed(EventId id, SessionError error) implements Event {}

  /// A snapshot of what the whole session has used.
  ///
  /// @param listCost what that costs by list price; empty: the model has none
  record UsageReported(EventId id, Usage usage, Optional<Money> listCost, Optional<Money> budget)
      implements Event {}

  /// A client has changed what the session is made of.
  ///
  /// @param changes the fields of the session that changed, as clients see them
  record SessionUpdated(EventId id, Json.Obj changes) implements Event {
    /// Whether the budget is among the changes. One of a kind that this version does not know
    /// changes nothing: the old one still holds.
    public boolean changesBudget() {
      return changes.get("budget").filter(Json.NULL::equals).isPresent() || budget().isPresent();
    }

    /// The new budget; empty: there is none any more.
    public Optional<Money> budget() {
      return Money.ofCents(changes.object("budget").object("max_list_cost").text("amount"));
    }
  }

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
  /// @param hand which is asked, that one alone; empty: it runs in the server's own process, or the
  ///   log is of a version that did not say
  record ToolDispatched(EventId id, EventId toolUseId, int attempt, Optional<HandId> hand)
      implements Private {
    public ToolDispatched(EventId id, EventId toolUseId, int attempt) {
      this(id, toolUseId, attempt, Optional.empty());
    }
  }

  /// The hand of a dispatched call is gone without a result: nobody can know how far the call came.
  /// In one append with what follows from it.
  ///
  /// @param tool its name
  record ToolAmbiguous(EventId id, EventId toolUseId, String tool, Outcome outcome)
      implements Private {
    /// What follows.
    public enum Outcome {
      /// The model is told.
      REPORTED,
      /// It runs again.
      RETRIED
    }
  }

  /// From a newer version: kept as it came.
  record Unknown(EventId id, String type, Json.Obj body) implements Event {
    private static final String PRIVATE = "drover.";

    @Override
    public boolean isVisible() {
      return !type.startsWith(PRIVATE);
    }
  }

  /// As [Unknown], received from a client. It waits in the inbox for a newer version.
  record UnknownFromClient(EventId id, String type, Json.Obj body) implements FromClient {}

  /// What is stored in its place cannot be read. Lists go without it; a brain that needs it does
  /// not go on.
  ///
  /// @param id made up
  /// @param why in words
  record Damaged(EventId id, String why) implements Private {}

  /// How a tool call was judged before it ran.
  enum Permission {
    /// By `always_allow`.
    ALLOWED,
    /// Left to the client by `always_ask`.
    ASKED,
    /// Left to the client by `auto`, which could not tell.
    UNDECIDED,
    /// Refused before any policy: the tool is not enabled.
    NOT_ENABLED
  }
}
