package dev.drover.session;

import dev.drover.base.Json;
import dev.drover.catalog.McpServer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An event of a session, one record per `type` of the public protocol. The log is a list of
/// events. An event has no time of its own: the log stamps it when it is appended.
public sealed interface Event {
  EventId id();

  /// Whether the event is visible to clients.
  default boolean isVisible() {
    return !(this instanceof Private);
  }

  /// Whether the event changes the state of its session, as an [Overview] has it.
  default boolean changesState() {
    return switch (this) {
      case StatusRunning _, StatusIdle _, StatusRescheduled _, StatusTerminated _ -> true;
      case SessionUpdated _, Deleted _, Answer _ -> true;
      case ToolUse use -> use.waitsForClient();
      default -> false;
    };
  }

  /// An event sent by a client. It is *received* first, and *processed* when a brain appends it to
  /// the log.
  sealed interface FromClient extends Event {}

  /// A client's answer to a tool use that waits for it. It is processed on receipt, because it must
  /// not wait in the inbox behind messages.
  sealed interface Answer extends FromClient {
    /// The tool use that is answered.
    EventId toolUseId();
  }

  /// A tool call of the model.
  sealed interface ToolUse extends Event {
    String name();

    Json.Obj input();

    /// Whether the call waits for an answer of the client.
    boolean waitsForClient();

    /// Whether the client's answer is the result; otherwise it is only a permission.
    boolean isRunByClient();

    /// Whether the call was refused before any policy was applied.
    boolean isRefused();
  }

  /// The result of a tool use. Each tool use has at most one.
  sealed interface ToolResult extends Event {
    /// The tool use to which the result belongs.
    EventId toolUseId();

    /// The content, in blocks of the Messages API; empty if there is none.
    Optional<Json.Arr> output();

    /// Whether the result reports a failure of the tool.
    boolean failed();
  }

  /// An event that only the brain reads; never shown to a client.
  sealed interface Private extends Event {}

  /// @param content blocks of the Messages API: text, image, document
  record UserMessage(EventId id, Json.Arr content) implements FromClient {}

  /// @param thread the thread to stop; empty for all threads of the session
  record UserInterrupt(EventId id, Optional<ThreadId> thread) implements FromClient {
    /// An interrupt of all threads.
    public UserInterrupt(EventId id) {
      this(id, Optional.empty());
    }
  }

  /// @param allow whether the call may run
  /// @param denyMessage the reason of a refusal, for the model; null if there is none, and always
  ///   with `allow`
  record UserToolConfirmation(
      EventId id, EventId toolUseId, boolean allow, @Nullable String denyMessage)
      implements Answer {}

  /// A client's result of one of its custom tools.
  ///
  /// @param content blocks of the Messages API; empty if none were sent
  /// @param isError empty if the client did not send it
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

  /// An instruction of the client program's operator to the model. It directly follows the event
  /// with which it was sent, and is processed together with that event.
  ///
  /// @param content text blocks
  record SystemMessage(EventId id, Json.Arr content) implements FromClient {}

  /// @param content text blocks
  record AgentMessage(EventId id, Json.Arr content) implements Event {}

  record AgentThinking(EventId id) implements Event {}

  /// A use of a tool that the client does not run.
  sealed interface PermittedUse extends ToolUse {
    Permission permission();

    @Override
    default boolean waitsForClient() {
      return permission() == Permission.ASKED || permission() == Permission.UNDECIDED;
    }

    @Override
    default boolean isRunByClient() {
      return false;
    }

    @Override
    default boolean isRefused() {
      return permission() == Permission.NOT_ENABLED;
    }
  }

  record AgentToolUse(EventId id, String name, Json.Obj input, Permission permission)
      implements PermittedUse {}

  /// A use of a tool of an MCP server.
  ///
  /// @param server the name of the server
  /// @param name the name of the tool as the server knows it
  record AgentMcpToolUse(
      EventId id, String server, String name, Json.Obj input, Permission permission)
      implements PermittedUse {}

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

  /// @param content blocks of the Messages API
  record AgentMcpToolResult(EventId id, EventId toolUseId, Json.Arr content, boolean isError)
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

  /// A snapshot of the usage of the whole session.
  ///
  /// @param listCost the cost of that usage by list price; empty if the model has no price
  record UsageReported(EventId id, Usage usage, Optional<Money> listCost, Optional<Money> budget)
      implements Event {}

  /// A change of the session's editable values by a client.
  ///
  /// @param changes the fields of the session that changed, as clients see them
  record SessionUpdated(EventId id, Json.Obj changes) implements Event {
    /// Whether the changes include the budget. A budget of a kind that this version does not know
    /// is ignored: the old one remains valid.
    public boolean changesBudget() {
      return changes.get("budget").filter(Json.NULL::equals).isPresent() || budget().isPresent();
    }

    /// The new budget; empty if it was removed.
    public Optional<Money> budget() {
      return Money.ofCents(changes.object("budget").object("max_list_cost").text("amount"));
    }
  }

  /// Messages have left the model's context; a shorter text replaces them. The log still has them.
  record ContextCompacted(EventId id) implements Event {}

  /// The last event on the open streams of a deleted session. Never stored, because the log is
  /// deleted with the session.
  record Deleted(EventId id) implements Event {}

  record ThreadRunning(EventId id, ThreadId thread, String agentName) implements Event {}

  record ThreadIdle(EventId id, ThreadId thread, String agentName, StopReason reason)
      implements Event {}

  record ThreadRescheduled(EventId id, ThreadId thread, String agentName) implements Event {}

  record ThreadTerminated(EventId id, ThreadId thread, String agentName) implements Event {}

  record ModelRequestStart(EventId id) implements Event {}

  record ModelRequestEnd(EventId id, EventId startId, boolean isError, ModelUsage usage)
      implements Event {}

  /// The dispatch record of a tool call, durable before the call is sent to its hand.
  ///
  /// @param attempt from 1
  /// @param hand the only hand to which the call is sent; empty if it runs in the server's own
  ///   process, or if the version that wrote the log did not record it
  record ToolDispatched(EventId id, EventId toolUseId, int attempt, Optional<HandId> hand)
      implements Private {
    public ToolDispatched(EventId id, EventId toolUseId, int attempt) {
      this(id, toolUseId, attempt, Optional.empty());
    }
  }

  /// A record that a dispatched call was lost with its hand, so that it is unknown how far it ran.
  /// Written in one append with its outcome.
  ///
  /// @param tool the tool's name
  record ToolAmbiguous(EventId id, EventId toolUseId, String tool, Outcome outcome)
      implements Private {
    /// What happens to the call.
    public enum Outcome {
      /// The loss is reported to the model.
      REPORTED,
      /// The call runs again.
      RETRIED
    }
  }

  /// A record that the session's commands run in other directories from now on: its first ones, or
  /// ones that were made on another machine, or after the old ones were lost. Written in one append
  /// with the dispatch records of the first calls there.
  ///
  /// @param home the id of the directories
  /// @param note what the model is told of them, if they are not the first ones; empty also if an
  ///   older version wrote the log
  record WorkspaceHome(EventId id, String home, Optional<String> note) implements Private {}

  /// The tools that an MCP server has from now on. Models are offered what the last such event of a
  /// server says, so every brain makes the same prompt.
  ///
  /// @param server the server that was asked
  /// @param tools empty if it could not be asked; then its tools are absent from the turn
  record ToolsListed(EventId id, McpServer server, Optional<List<RemoteTool>> tools)
      implements Private {
    public ToolsListed {
      tools = tools.map(List::copyOf);
    }
  }

  /// A record of an attempt to clone a repository of the session. Models are told of the skills of
  /// the last successful one, so every brain makes the same prompt.
  ///
  /// @param skills of the repository; empty if it could not be cloned, and is missing from the turn
  record RepositoryCloned(
      EventId id, SessionResourceId repository, Optional<List<RepositorySkill>> skills)
      implements Private {
    public RepositoryCloned {
      skills = skills.map(List::copyOf);
    }
  }

  /// The beginning of a chapter of a thread's context: the next requests consist of `opening` and
  /// of what follows position `from`, so every brain makes the same prompt. A thread without such
  /// an event is in chapter 0, which is its whole log.
  ///
  /// @param chapter from 1, increasing
  /// @param kind how much is left out
  /// @param cause why the chapter before could not go on
  /// @param from the position of a model request; what came before it is left out
  /// @param opening the exact messages that stand first, all of the user's role; for [Kind#SERVER]
  ///   see there
  /// @param resultCharacters the number of characters to which the text of each tool result is
  ///   shortened; 0 if results are whole
  /// @param gauge the sizes on which the decision is based
  /// @param roundCharacters the number of characters to which the texts of all tool results of one
  ///   reply together are shortened, the longest ones first; 0 for no limit
  /// @param summary the newest text of a model that stands for what was left out; empty if there is
  ///   none
  /// @param inherited what requests need of the log before `from`; empty if an older version wrote
  ///   the event, so that the whole log is needed
  /// @param profile the profile of the chapter; empty if an older version began it
  /// @param keepsThinking whether the thinking of the kept rounds is still valid, and sent
  record ContextOpened(
      EventId id,
      int chapter,
      Kind kind,
      Cause cause,
      long from,
      Json.Arr opening,
      int resultCharacters,
      Sizes gauge,
      int roundCharacters,
      Optional<Summary> summary,
      Optional<Inherited> inherited,
      Optional<ProfileUse> profile,
      boolean keepsThinking)
      implements Private {
    /// A chapter that leaves out the thinking of the rounds before it.
    public ContextOpened(
        EventId id,
        int chapter,
        Kind kind,
        Cause cause,
        long from,
        Json.Arr opening,
        int resultCharacters,
        Sizes gauge,
        int roundCharacters,
        Optional<Summary> summary,
        Optional<Inherited> inherited,
        Optional<ProfileUse> profile) {
      this(
          id,
          chapter,
          kind,
          cause,
          from,
          opening,
          resultCharacters,
          gauge,
          roundCharacters,
          summary,
          inherited,
          profile,
          false);
    }

    /// A chapter without a limit for a round, without a summary, and that says neither what it
    /// inherits nor which profile it has.
    public ContextOpened(
        EventId id,
        int chapter,
        Kind kind,
        Cause cause,
        long from,
        Json.Arr opening,
        int resultCharacters,
        Sizes gauge) {
      this(
          id,
          chapter,
          kind,
          cause,
          from,
          opening,
          resultCharacters,
          gauge,
          0,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    /// A copy that says which profile the chapter has.
    public ContextOpened with(ProfileUse use) {
      return new ContextOpened(
          id,
          chapter,
          kind,
          cause,
          from,
          opening,
          resultCharacters,
          gauge,
          roundCharacters,
          summary,
          inherited,
          Optional.of(use),
          keepsThinking);
    }

    /// A copy that says what the chapter inherits.
    public ContextOpened with(Inherited what) {
      return new ContextOpened(
          id,
          chapter,
          kind,
          cause,
          from,
          opening,
          resultCharacters,
          gauge,
          roundCharacters,
          summary,
          Optional.of(what),
          profile,
          keepsThinking);
    }

    /// How a chapter is made.
    public enum Kind {
      /// The newest rounds are kept; a list of calls, made without a model, stands for the rest.
      ROLLING,
      /// As [#ROLLING], but only the newest round is kept, and its results are short.
      TRIM,
      /// The newest rounds are kept; a summary by a model stands for the rest.
      SUMMARY,
      /// Nothing is kept; a note that the agent wrote in its last call stands for the rest.
      NOTE,
      /// The newest rounds are kept; a block that the model server has made of the rest stands for
      /// it. The opening has two messages: the block, as the assistant's, stands first; the other
      /// one, which has the client's words, stands at the place of this event.
      SERVER
    }

    /// The text of a model about what was left out.
    ///
    /// @param through the position up to which it reaches
    public record Summary(long through, String text) {}

    /// The reason for a chapter.
    public enum Cause {
      /// The context was nearly full.
      THRESHOLD,
      /// The model server refused the request, or cut the reply, because the context was full.
      OVERFLOW,
      /// A client asked for it, see [CompactionRequested].
      REQUESTED
    }

    /// The sizes of a chapter, in tokens.
    ///
    /// @param before the estimated size of the request that would have been sent
    /// @param after that of the request which is sent instead
    /// @param window the context that the model server is assumed to have
    /// @param factor how many tokens the server counts for 100 estimated ones
    public record Sizes(long before, long after, long window, int factor) {}
  }

  /// A client's request that a new chapter begins with the next model request which it makes
  /// smaller. The next [ContextOpened] of the thread fulfils it.
  ///
  /// @param instructions what a summary should keep, in the client's words; empty if there are none
  record CompactionRequested(EventId id, Optional<String> instructions) implements Private {}

  /// A record that a model request for a summary of the context brought none that can be used. What
  /// is tried next is read from it, so every brain goes on at the same rung of the ladder.
  ///
  /// @param rung the rung that failed, from 0
  /// @param next the rung to try next
  /// @param tokens the size of the context at that moment
  record CompactionFailed(EventId id, int rung, Reason reason, int next, long tokens)
      implements Private {
    /// The rung at which the model server summarizes, with a block of its own kind.
    public static final int SERVER = 0;

    /// The first rung that needs no model; it cannot fail.
    public static final int LAST = 5;

    /// Whether the model server has refused to summarize, so that it need not be asked again.
    public boolean isRefusalOfServer() {
      return rung == SERVER && reason == Reason.REJECTED;
    }

    /// What is wrong with the summary.
    public enum Reason {
      /// The model called a tool, or wrote a call as text.
      TOOL_CALL,
      /// There is no text, or hardly any.
      EMPTY,
      /// The text is the instruction itself.
      ECHO,
      /// The reply reached its limit, or did not end by itself.
      CUT_OFF,
      /// The model refused to reply.
      REFUSED,
      /// The text is longer than was asked for.
      TOO_LONG,
      /// The new chapter would hardly be smaller than the old one.
      NO_ROOM,
      /// The model server refused the request.
      REJECTED,
      /// The prompt of the request was longer than the model's context.
      CONTEXT_FULL,
      /// The model server was overloaded or not reachable.
      UNAVAILABLE,
      /// A reason that only a newer version defines.
      OTHER
    }
  }

  /// A record that the model is asked to hand its work over to the next chapter.
  ///
  /// @param note what the model reads at this place of the conversation
  record HandOverAsked(EventId id, String note) implements Private {}

  /// The first event of its own of a session whose log begins with copies of the events of another
  /// one. The usage of the session counts from zero after it.
  sealed interface Continued extends Private {
    /// The other session.
    SessionId from();

    /// The position of the last event that was copied; 0 if none was.
    long position();

    /// The budget of the session at its creation; empty if it had none.
    Optional<Money> budget();

    /// What the model reads of files that are missing; empty if there is nothing to say.
    Optional<String> note();
  }

  /// The events before it were copied from another session of the workspace.
  ///
  /// @param note what the model reads if the files of the other session are missing; empty if they
  ///   are not, or if there were none
  record Forked(
      EventId id, SessionId from, long position, Optional<Money> budget, Optional<String> note)
      implements Continued {}

  /// The events before it were copied from a session that was exported, possibly by another server.
  /// The signatures of thinking in them are not valid here.
  ///
  /// @param note what the model reads of everything that was not imported; empty if the other
  ///   session never ran
  record Imported(EventId id, SessionId from, long position, Optional<String> note)
      implements Continued {
    @Override
    public Optional<Money> budget() {
      return Optional.empty();
    }
  }

  /// An event of a type that only a newer version knows; kept unchanged.
  record Unknown(EventId id, String type, Json.Obj body) implements Event {
    private static final String PRIVATE = "drover.";

    @Override
    public boolean isVisible() {
      return !type.startsWith(PRIVATE);
    }
  }

  /// As [Unknown], but received from a client. It waits in the inbox for a newer version.
  record UnknownFromClient(EventId id, String type, Json.Obj body) implements FromClient {}

  /// A stand-in for a stored event that cannot be read. Lists omit it; a brain that needs it does
  /// not continue.
  ///
  /// @param id a generated id
  /// @param why the reason, as text
  record Damaged(EventId id, String why) implements Private {}

  /// The decision on a tool call before it runs.
  enum Permission {
    /// Allowed by `always_allow`.
    ALLOWED,
    /// Left to the client by `always_ask`.
    ASKED,
    /// Left to the client by `auto`, which could not decide.
    UNDECIDED,
    /// Refused before any policy: the tool is not enabled.
    NOT_ENABLED
  }
}
