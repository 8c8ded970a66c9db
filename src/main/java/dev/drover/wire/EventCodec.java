package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The JSON form of events. Log rows, stream frames and list pages all contain the text of
/// [#write]. [#read] is tolerant, because it reads texts of this version or a newer one.
public final class EventCodec {
  private EventCodec() {}

  /// The `type` of the protocol.
  public static String type(Event event) {
    return switch (event) {
      case Event.UserMessage _ -> "user.message";
      case Event.UserInterrupt _ -> "user.interrupt";
      case Event.UserToolConfirmation _ -> "user.tool_confirmation";
      case Event.UserCustomToolResult _ -> "user.custom_tool_result";
      case Event.SystemMessage _ -> "system.message";
      case Event.AgentMessage _ -> "agent.message";
      case Event.AgentThinking _ -> "agent.thinking";
      case Event.AgentToolUse _ -> "agent.tool_use";
      case Event.AgentMcpToolUse _ -> "agent.mcp_tool_use";
      case Event.AgentCustomToolUse _ -> "agent.custom_tool_use";
      case Event.AgentToolResult _ -> "agent.tool_result";
      case Event.AgentMcpToolResult _ -> "agent.mcp_tool_result";
      case Event.StatusRunning _ -> "session.status_running";
      case Event.StatusIdle _ -> "session.status_idle";
      case Event.StatusRescheduled _ -> "session.status_rescheduled";
      case Event.StatusTerminated _ -> "session.status_terminated";
      case Event.Failed _ -> "session.error";
      case Event.UsageReported _ -> "session.usage";
      case Event.SessionUpdated _ -> "session.updated";
      case Event.ContextCompacted _ -> "agent.thread_context_compacted";
      case Event.Deleted _ -> "session.deleted";
      case Event.ThreadRunning _ -> "session.thread_status_running";
      case Event.ThreadIdle _ -> "session.thread_status_idle";
      case Event.ThreadRescheduled _ -> "session.thread_status_rescheduled";
      case Event.ThreadTerminated _ -> "session.thread_status_terminated";
      case Event.ModelRequestStart _ -> "span.model_request_start";
      case Event.ModelRequestEnd _ -> "span.model_request_end";
      case Event.ToolDispatched _ -> "drover.tool_dispatched";
      case Event.ToolAmbiguous _ -> "drover.tool_ambiguous";
      case Event.WorkspaceHome _ -> "drover.workspace_home";
      case Event.ToolsListed _ -> "drover.tools_listed";
      case Event.RepositoryCloned _ -> "drover.repository_cloned";
      case Event.ContextOpened _ -> "drover.context";
      case Event.CompactionRequested _ -> "drover.compaction_requested";
      case Event.CompactionFailed _ -> "drover.compaction_failed";
      case Event.HandOverAsked _ -> "drover.hand_over_asked";
      case Event.Forked _ -> "drover.forked";
      case Event.Imported _ -> "drover.imported";
      case Event.Unknown unknown -> unknown.type();
      case Event.UnknownFromClient unknown -> unknown.type();
      case Event.Damaged _ -> "drover.damaged";
    };
  }

  /// @param processedAt null while a client's event waits in the inbox
  public static String write(Event event, @Nullable Instant processedAt) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("type", Json.of(type(event)));
    fields.put("id", Json.of(event.id().value()));
    fields.put("processed_at", Json.of(Times.write(processedAt)));
    fields.putAll(body(event).fields());
    return new Json.Obj(fields).toString();
  }

  /// The JSON of a client's event with another `processed_at`. All other fields stay, even those
  /// that this version does not know.
  ///
  /// @param json the text of [#write] for the event, of this version or another
  /// @param processedAt as in [#write]
  public static String stamped(String json, @Nullable Instant processedAt) {
    return ((Json.Obj) Json.trusted(json))
        .with("processed_at", Times.write(processedAt))
        .toString();
  }

  private static Json.Obj body(Event event) {
    return switch (event) {
      case Event.UserMessage e -> Json.obj("content", e.content());
      case Event.AgentMessage e -> Json.obj("content", e.content());
      case Event.SystemMessage e -> Json.obj("content", e.content());
      case Event.UserToolConfirmation e -> confirmation(e);
      case Event.UserCustomToolResult e -> customResult(e);
      case Event.AgentToolUse e -> permission(Json.EMPTY, e);
      case Event.AgentMcpToolUse e -> permission(Json.obj("mcp_server_name", e.server()), e);
      case Event.AgentCustomToolUse e -> Json.obj("name", e.name(), "input", e.input());
      case Event.AgentToolResult e ->
          Json.obj(
              "tool_use_id", e.toolUseId().value(),
              "is_error", e.isError(),
              "content", e.content());
      case Event.AgentMcpToolResult e ->
          Json.obj(
              "mcp_tool_use_id", e.toolUseId().value(),
              "is_error", e.isError(),
              "content", e.content());
      case Event.StatusIdle e ->
          Json.obj(
              "stop_reason", StopReasonCodec.write(e.reason()),
              "stop_details", StopReasonCodec.details(e.reason()));
      case Event.Failed e -> Json.obj("error", SessionErrorCodec.write(e.error()));
      case Event.UsageReported e ->
          Json.obj(
              "usage", UsageCodec.write(e.usage(), e.listCost()),
              "budget", BudgetCodec.write(e.budget()));
      case Event.SessionUpdated e -> e.changes();
      case Event.ThreadRunning e -> thread(e.thread(), e.agentName());
      case Event.ThreadRescheduled e -> thread(e.thread(), e.agentName());
      case Event.ThreadTerminated e -> thread(e.thread(), e.agentName());
      case Event.ThreadIdle e ->
          thread(e.thread(), e.agentName())
              .with("stop_reason", StopReasonCodec.write(e.reason()))
              .with("stop_details", StopReasonCodec.details(e.reason()));
      case Event.ModelRequestEnd e ->
          Json.obj(
              "model_request_start_id", e.startId().value(),
              "is_error", e.isError(),
              "model_usage", UsageCodec.write(e.usage()));
      case Event.ToolDispatched e -> dispatched(e);
      case Event.ToolAmbiguous e ->
          Json.obj(
              "tool_use_id", e.toolUseId().value(),
              "tool", e.tool(),
              "outcome", lower(e.outcome()));
      case Event.WorkspaceHome e -> home(e);
      case Event.ToolsListed e -> ToolListCodec.write(e);
      case Event.RepositoryCloned e -> RepositoryCodec.write(e);
      case Event.ContextOpened e -> ContextCodec.write(e);
      case Event.CompactionRequested e ->
          e.instructions().map(text -> Json.obj("instructions", text)).orElse(Json.EMPTY);
      case Event.CompactionFailed e -> ContextCodec.write(e);
      case Event.HandOverAsked e -> Json.obj("note", e.note());
      case Event.Forked e -> noted(lineage(e).with("budget", BudgetCodec.write(e.budget())), e);
      case Event.Imported e -> noted(lineage(e), e);
      case Event.Unknown e -> e.body();
      case Event.UnknownFromClient e -> e.body();
      case Event.UserInterrupt e ->
          e.thread().map(id -> Json.obj("session_thread_id", id.value())).orElse(Json.EMPTY);
      case Event.AgentThinking _,
          Event.StatusRunning _,
          Event.StatusRescheduled _,
          Event.StatusTerminated _,
          Event.ContextCompacted _,
          Event.Deleted _,
          Event.ModelRequestStart _,
          Event.Damaged _ ->
          Json.EMPTY;
    };
  }

  /// Reads a text of [#write], of this version or another. An event of an unknown type, or without
  /// a field that its type requires, becomes [Event.Unknown].
  ///
  /// @throws IllegalStateException if the text is damaged
  public static Event read(String json) {
    if (!(Json.trusted(json) instanceof Json.Obj e)) {
      throw new IllegalStateException("a stored event is not an object");
    }
    if (e.text("id") == null || e.text("type") == null) {
      throw new IllegalStateException("a stored event lacks id or type");
    }
    var id = new EventId(text(e, "id"));
    var type = text(e, "type");
    try {
      return read(id, type, e);
    } catch (Missing _) {
      return new Event.Unknown(id, type, rest(e));
    }
  }

  /// @throws Missing if a required field is missing
  private static Event read(EventId id, String type, Json.Obj e) {
    return switch (type) {
      case "user.message" -> new Event.UserMessage(id, array(e, "content"));
      case "user.interrupt" ->
          new Event.UserInterrupt(
              id, Optional.ofNullable(e.text("session_thread_id")).map(ThreadId::new));
      case "agent.message" -> new Event.AgentMessage(id, array(e, "content"));
      case "agent.thinking" -> new Event.AgentThinking(id);
      case "user.tool_confirmation" ->
          new Event.UserToolConfirmation(
              id,
              new EventId(text(e, "tool_use_id")),
              text(e, "result").equals("allow"),
              e.text("deny_message"));
      case "user.custom_tool_result" ->
          new Event.UserCustomToolResult(
              id,
              new EventId(text(e, "custom_tool_use_id")),
              e.get("content").map(_ -> array(e, "content")),
              e.get("is_error").map(Json.of(true)::equals));
      case "system.message" -> new Event.SystemMessage(id, array(e, "content"));
      case "agent.tool_use" ->
          new Event.AgentToolUse(id, text(e, "name"), e.object("input"), readPermission(e));
      case "agent.mcp_tool_use" ->
          new Event.AgentMcpToolUse(
              id,
              text(e, "mcp_server_name"),
              text(e, "name"),
              e.object("input"),
              readPermission(e));
      case "agent.custom_tool_use" ->
          new Event.AgentCustomToolUse(id, text(e, "name"), e.object("input"));
      case "agent.tool_result" ->
          new Event.AgentToolResult(
              id,
              new EventId(text(e, "tool_use_id")),
              array(e, "content"),
              Json.of(true).equals(e.get("is_error").orElse(Json.NULL)));
      case "agent.mcp_tool_result" ->
          new Event.AgentMcpToolResult(
              id,
              new EventId(text(e, "mcp_tool_use_id")),
              array(e, "content"),
              Json.of(true).equals(e.get("is_error").orElse(Json.NULL)));
      case "session.status_running" -> new Event.StatusRunning(id);
      case "session.status_idle" -> new Event.StatusIdle(id, StopReasonCodec.read(e));
      case "session.status_rescheduled" -> new Event.StatusRescheduled(id);
      case "session.status_terminated" -> new Event.StatusTerminated(id);
      case "session.error" -> new Event.Failed(id, SessionErrorCodec.read(e.object("error")));
      case "session.usage" ->
          new Event.UsageReported(
              id,
              UsageCodec.read(e.object("usage")),
              BudgetCodec.readMoney(e.object("usage").object("list_cost")),
              BudgetCodec.readMoney(e.object("budget").object("max_list_cost")));
      case "session.updated" -> new Event.SessionUpdated(id, rest(e));
      case "agent.thread_context_compacted" -> new Event.ContextCompacted(id);
      case "session.deleted" -> new Event.Deleted(id);
      case "session.thread_status_running" -> new Event.ThreadRunning(id, thread(e), agentName(e));
      case "session.thread_status_idle" ->
          new Event.ThreadIdle(id, thread(e), agentName(e), StopReasonCodec.read(e));
      case "session.thread_status_rescheduled" ->
          new Event.ThreadRescheduled(id, thread(e), agentName(e));
      case "session.thread_status_terminated" ->
          new Event.ThreadTerminated(id, thread(e), agentName(e));
      case "span.model_request_start" -> new Event.ModelRequestStart(id);
      case "span.model_request_end" ->
          new Event.ModelRequestEnd(
              id,
              new EventId(text(e, "model_request_start_id")),
              Json.of(true).equals(e.get("is_error").orElse(Json.NULL)),
              UsageCodec.readModel(e.object("model_usage")));
      case "drover.tool_dispatched" ->
          new Event.ToolDispatched(
              id,
              new EventId(text(e, "tool_use_id")),
              (int) e.number("attempt", 1),
              Optional.ofNullable(e.text("hand_id")).map(HandId::new));
      case "drover.tool_ambiguous" ->
          new Event.ToolAmbiguous(
              id,
              new EventId(text(e, "tool_use_id")),
              text(e, "tool"),
              text(e, "outcome").equals("retried")
                  ? Event.ToolAmbiguous.Outcome.RETRIED
                  : Event.ToolAmbiguous.Outcome.REPORTED);
      case "drover.workspace_home" ->
          new Event.WorkspaceHome(id, text(e, "home"), Optional.ofNullable(e.text("note")));
      case "drover.tools_listed" ->
          ToolListCodec.read(id, e).orElseGet(() -> new Event.Unknown(id, type, rest(e)));
      case "drover.repository_cloned" -> RepositoryCodec.read(id, text(e, "resource_id"), e);
      case "drover.context" ->
          ContextCodec.read(id, e).orElseGet(() -> new Event.Unknown(id, type, rest(e)));
      case "drover.compaction_requested" ->
          new Event.CompactionRequested(id, Optional.ofNullable(e.text("instructions")));
      case "drover.compaction_failed" -> ContextCodec.readFailure(id, e);
      case "drover.hand_over_asked" -> new Event.HandOverAsked(id, text(e, "note"));
      case "drover.forked" ->
          new Event.Forked(
              id,
              new SessionId(text(e, "session_id")),
              e.number("position", 0),
              BudgetCodec.readMoney(e.object("budget").object("max_list_cost")),
              Optional.ofNullable(e.text("note")));
      case "drover.imported" ->
          new Event.Imported(
              id,
              new SessionId(text(e, "session_id")),
              e.number("position", 0),
              Optional.ofNullable(e.text("note")));
      default -> new Event.Unknown(id, type, rest(e));
    };
  }

  private static Json.Obj rest(Json.Obj event) {
    var body = new LinkedHashMap<>(event.fields());
    List.of("type", "id", "processed_at").forEach(body::remove);
    return new Json.Obj(body);
  }

  private static Json.Obj dispatched(Event.ToolDispatched e) {
    var body = Json.obj("tool_use_id", e.toolUseId().value(), "attempt", e.attempt());
    return e.hand().map(hand -> body.with("hand_id", hand.value())).orElse(body);
  }

  /// @param server what comes before the name
  private static Json.Obj permission(Json.Obj server, Event.PermittedUse use) {
    var body = server.with("name", use.name()).with("input", use.input());
    return switch (use.permission()) {
      case ALLOWED ->
          body.with("evaluated_permission", "allow")
              .with("evaluation", Json.obj("type", "always_allow"));
      case ASKED ->
          body.with("evaluated_permission", "ask")
              .with("evaluation", Json.obj("type", "always_ask"));
      case UNDECIDED ->
          body.with("evaluated_permission", "ask")
              .with(
                  "evaluation",
                  Json.obj(
                      "type",
                      "auto",
                      "evaluated_permission",
                      Json.obj("type", "ask", "reason_code", "indeterminate")));
      case NOT_ENABLED -> body.with("evaluated_permission", "deny");
    };
  }

  private static Event.Permission readPermission(Json.Obj use) {
    return switch (String.valueOf(use.text("evaluated_permission"))) {
      case "allow" -> Event.Permission.ALLOWED;
      case "ask" ->
          "auto".equals(use.object("evaluation").text("type"))
              ? Event.Permission.UNDECIDED
              : Event.Permission.ASKED;
      default -> Event.Permission.NOT_ENABLED;
    };
  }

  private static Json.Obj confirmation(Event.UserToolConfirmation e) {
    var body =
        Json.obj("tool_use_id", e.toolUseId().value(), "result", e.allow() ? "allow" : "deny");
    return e.denyMessage() == null ? body : body.with("deny_message", e.denyMessage());
  }

  private static Json.Obj customResult(Event.UserCustomToolResult e) {
    var body = Json.obj("custom_tool_use_id", e.toolUseId().value());
    var withContent = e.content().map(content -> body.with("content", content)).orElse(body);
    return e.isError().map(error -> withContent.with("is_error", error)).orElse(withContent);
  }

  private static Json.Obj thread(ThreadId thread, String agentName) {
    return Json.obj("session_thread_id", thread.value(), "agent_name", agentName);
  }

  private static Json.Obj home(Event.WorkspaceHome event) {
    var home = Json.obj("home", event.home());
    return event.note().map(note -> home.with("note", Json.of(note))).orElse(home);
  }

  private static Json.Obj lineage(Event.Continued event) {
    return Json.obj("session_id", event.from().value(), "position", event.position());
  }

  private static Json.Obj noted(Json.Obj body, Event.Continued event) {
    return event.note().map(note -> body.with("note", note)).orElse(body);
  }

  private static String agentName(Json.Obj event) {
    return Objects.requireNonNullElse(event.text("agent_name"), "");
  }

  private static ThreadId thread(Json.Obj event) {
    return new ThreadId(text(event, "session_thread_id"));
  }

  private static String text(Json.Obj event, String key) {
    var text = event.text(key);
    if (text == null) {
      throw new Missing(key);
    }
    return text;
  }

  /// An exception for a field that is missing or has another type.
  private static final class Missing extends RuntimeException {
    private static final long serialVersionUID = 1;

    Missing(String key) {
      super(key, null, false, false);
    }
  }

  private static Json.Arr array(Json.Obj event, String key) {
    return new Json.Arr(event.items(key));
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
