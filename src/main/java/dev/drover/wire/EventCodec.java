package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ModelUsage;
import dev.drover.session.SessionError;
import dev.drover.session.StopReason;
import dev.drover.session.ThreadId;
import dev.drover.session.Usage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Events as JSON. Log row, stream frame and list page are the text that [#write] makes; [#read] is
/// tolerant, for what it reads is our own or a newer version's.
public final class EventCodec {
  private EventCodec() {}

  /// The wire's `type`.
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
      case Event.AgentCustomToolUse _ -> "agent.custom_tool_use";
      case Event.AgentToolResult _ -> "agent.tool_result";
      case Event.StatusRunning _ -> "session.status_running";
      case Event.StatusIdle _ -> "session.status_idle";
      case Event.StatusRescheduled _ -> "session.status_rescheduled";
      case Event.StatusTerminated _ -> "session.status_terminated";
      case Event.Failed _ -> "session.error";
      case Event.UsageReported _ -> "session.usage";
      case Event.Deleted _ -> "session.deleted";
      case Event.ThreadRunning _ -> "session.thread_status_running";
      case Event.ThreadIdle _ -> "session.thread_status_idle";
      case Event.ThreadRescheduled _ -> "session.thread_status_rescheduled";
      case Event.ThreadTerminated _ -> "session.thread_status_terminated";
      case Event.ModelRequestStart _ -> "span.model_request_start";
      case Event.ModelRequestEnd _ -> "span.model_request_end";
      case Event.ToolDispatched _ -> "drover.tool_dispatched";
      case Event.Unknown unknown -> unknown.type();
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

  private static Json.Obj body(Event event) {
    return switch (event) {
      case Event.UserMessage e -> Json.obj("content", e.content());
      case Event.AgentMessage e -> Json.obj("content", e.content());
      case Event.SystemMessage e -> Json.obj("content", e.content());
      case Event.UserToolConfirmation e -> confirmation(e);
      case Event.UserCustomToolResult e -> customResult(e);
      case Event.AgentToolUse e -> toolUse(e);
      case Event.AgentCustomToolUse e -> Json.obj("name", e.name(), "input", e.input());
      case Event.AgentToolResult e ->
          Json.obj(
              "tool_use_id",
              e.toolUseId().value(),
              "is_error",
              e.isError(),
              "content",
              e.content());
      case Event.StatusIdle e ->
          Json.obj("stop_reason", stopReason(e.reason()), "stop_details", stopDetails(e.reason()));
      case Event.Failed e ->
          Json.obj(
              "error",
              Json.obj(
                  "type",
                  errorType(e.error().type()),
                  "message",
                  e.error().message(),
                  "retry_status",
                  Json.obj("type", lower(e.error().retry()))));
      case Event.UsageReported e -> Json.obj("usage", usage(e.usage()), "budget", null);
      case Event.ThreadRunning e -> thread(e.thread(), e.agentName());
      case Event.ThreadRescheduled e -> thread(e.thread(), e.agentName());
      case Event.ThreadTerminated e -> thread(e.thread(), e.agentName());
      case Event.ThreadIdle e ->
          thread(e.thread(), e.agentName())
              .with("stop_reason", stopReason(e.reason()))
              .with("stop_details", stopDetails(e.reason()));
      case Event.ModelRequestEnd e ->
          Json.obj(
              "model_request_start_id",
              e.startId().value(),
              "is_error",
              e.isError(),
              "model_usage",
              Json.obj(
                  "input_tokens", e.usage().inputTokens(),
                  "output_tokens", e.usage().outputTokens(),
                  "cache_read_input_tokens", e.usage().cacheReadTokens(),
                  "cache_creation_input_tokens", e.usage().cacheCreationTokens()));
      case Event.ToolDispatched e ->
          Json.obj("tool_use_id", e.toolUseId().value(), "attempt", e.attempt());
      case Event.Unknown e -> e.body();
      case Event.UserInterrupt _,
          Event.AgentThinking _,
          Event.StatusRunning _,
          Event.StatusRescheduled _,
          Event.StatusTerminated _,
          Event.Deleted _,
          Event.ModelRequestStart _ ->
          Json.EMPTY;
    };
  }

  /// Reads what [#write] wrote. A type that this version does not know becomes [Event.Unknown].
  ///
  /// @throws IllegalStateException if the text is damaged
  public static Event read(String json) {
    if (!(Json.trusted(json) instanceof Json.Obj e)) {
      throw new IllegalStateException("a stored event is not an object");
    }
    var id = new EventId(text(e, "id"));
    var type = text(e, "type");
    return switch (type) {
      case "user.message" -> new Event.UserMessage(id, array(e, "content"));
      case "user.interrupt" -> new Event.UserInterrupt(id);
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
      case "agent.custom_tool_use" ->
          new Event.AgentCustomToolUse(id, text(e, "name"), e.object("input"));
      case "agent.tool_result" ->
          new Event.AgentToolResult(
              id,
              new EventId(text(e, "tool_use_id")),
              array(e, "content"),
              Json.of(true).equals(e.get("is_error").orElse(Json.NULL)));
      case "session.status_running" -> new Event.StatusRunning(id);
      case "session.status_idle" -> new Event.StatusIdle(id, readStopReason(e));
      case "session.status_rescheduled" -> new Event.StatusRescheduled(id);
      case "session.status_terminated" -> new Event.StatusTerminated(id);
      case "session.error" -> new Event.Failed(id, readError(e.object("error")));
      case "session.usage" -> new Event.UsageReported(id, readUsage(e.object("usage")));
      case "session.deleted" -> new Event.Deleted(id);
      case "session.thread_status_running" ->
          new Event.ThreadRunning(id, thread(e), text(e, "agent_name"));
      case "session.thread_status_idle" ->
          new Event.ThreadIdle(id, thread(e), text(e, "agent_name"), readStopReason(e));
      case "session.thread_status_rescheduled" ->
          new Event.ThreadRescheduled(id, thread(e), text(e, "agent_name"));
      case "session.thread_status_terminated" ->
          new Event.ThreadTerminated(id, thread(e), text(e, "agent_name"));
      case "span.model_request_start" -> new Event.ModelRequestStart(id);
      case "span.model_request_end" ->
          new Event.ModelRequestEnd(
              id,
              new EventId(text(e, "model_request_start_id")),
              Json.of(true).equals(e.get("is_error").orElse(Json.NULL)),
              readModelUsage(e.object("model_usage")));
      case "drover.tool_dispatched" ->
          new Event.ToolDispatched(
              id, new EventId(text(e, "tool_use_id")), (int) e.number("attempt", 1));
      default -> {
        var body = new LinkedHashMap<>(e.fields());
        List.of("type", "id", "processed_at").forEach(body::remove);
        yield new Event.Unknown(id, type, new Json.Obj(body));
      }
    };
  }

  /// Usage as sessions, threads and usage events show it.
  public static Json.Obj usage(Usage usage) {
    return Json.obj(
        "input_tokens",
        usage.inputTokens(),
        "output_tokens",
        usage.outputTokens(),
        "cache_read_input_tokens",
        usage.cacheReadTokens(),
        "cache_creation",
        Json.obj(
            "ephemeral_5m_input_tokens",
            usage.cacheCreationTokens(),
            "ephemeral_1h_input_tokens",
            0),
        "active_seconds",
        usage.activeMicros() / 1e6,
        "server_tool_use",
        Json.obj("web_search_requests", 0, "web_fetch_requests", 0),
        "list_cost",
        null);
  }

  private static Usage readUsage(Json.Obj usage) {
    return new Usage(
        usage.number("input_tokens", 0),
        usage.number("output_tokens", 0),
        usage.number("cache_read_input_tokens", 0),
        usage.object("cache_creation").number("ephemeral_5m_input_tokens", 0),
        usage.get("active_seconds").orElse(Json.NULL) instanceof Json.Num seconds
            ? Math.round(seconds.asDouble() * 1e6)
            : 0);
  }

  private static ModelUsage readModelUsage(Json.Obj usage) {
    return new ModelUsage(
        usage.number("input_tokens", 0),
        usage.number("output_tokens", 0),
        usage.number("cache_read_input_tokens", 0),
        usage.number("cache_creation_input_tokens", 0));
  }

  private static Json.Obj toolUse(Event.AgentToolUse use) {
    var body = Json.obj("name", use.name(), "input", use.input());
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

  private static ThreadId thread(Json.Obj event) {
    return new ThreadId(text(event, "session_thread_id"));
  }

  private static Json.Obj stopReason(StopReason reason) {
    return switch (reason) {
      case StopReason.EndTurn _ -> Json.obj("type", "end_turn");
      case StopReason.RequiresAction action ->
          Json.obj(
              "type",
              "requires_action",
              "event_ids",
              action.eventIds().stream().map(EventId::value).toList());
      case StopReason.RetriesExhausted _ -> Json.obj("type", "retries_exhausted");
      case StopReason.Refusal _ -> Json.obj("type", "refusal");
    };
  }

  private static Json stopDetails(StopReason reason) {
    return reason instanceof StopReason.Refusal refusal ? refusal.details() : Json.NULL;
  }

  private static StopReason readStopReason(Json.Obj event) {
    var reason = event.object("stop_reason");
    return switch (String.valueOf(reason.text("type"))) {
      case "requires_action" ->
          new StopReason.RequiresAction(
              reason.items("event_ids").stream()
                  .map(id -> new EventId(((Json.Str) id).value()))
                  .toList());
      case "retries_exhausted" -> new StopReason.RetriesExhausted();
      case "refusal" -> new StopReason.Refusal(event.object("stop_details"));
      default -> new StopReason.EndTurn();
    };
  }

  private static final Map<SessionError.Type, String> ERROR_TYPES =
      Map.of(
          SessionError.Type.UNKNOWN, "unknown_error",
          SessionError.Type.MODEL_OVERLOADED, "model_overloaded_error",
          SessionError.Type.MODEL_RATE_LIMITED, "model_rate_limited_error",
          SessionError.Type.MODEL_REQUEST_FAILED, "model_request_failed_error",
          SessionError.Type.BILLING, "billing_error",
          SessionError.Type.COMPACTION_LIMIT_REACHED, "compaction_limit_reached_error");

  private static String errorType(SessionError.Type type) {
    return java.util.Objects.requireNonNull(ERROR_TYPES.get(type));
  }

  private static SessionError readError(Json.Obj error) {
    var name = String.valueOf(error.text("type"));
    var type =
        ERROR_TYPES.entrySet().stream()
            .filter(entry -> entry.getValue().equals(name))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(SessionError.Type.UNKNOWN);
    var retry = String.valueOf(error.object("retry_status").text("type")).toUpperCase(Locale.ROOT);
    return new SessionError(
        type, String.valueOf(error.text("message")), SessionError.Retry.valueOf(retry));
  }

  private static String text(Json.Obj event, String key) {
    var text = event.text(key);
    if (text == null) {
      throw new IllegalStateException("a stored event lacks " + key);
    }
    return text;
  }

  private static Json.Arr array(Json.Obj event, String key) {
    return new Json.Arr(event.items(key));
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
