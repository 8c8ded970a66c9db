package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.base.Utf8;
import dev.drover.reading.EventText;
import dev.drover.session.CallEnd;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import dev.drover.wire.EventCodec;
import dev.drover.wire.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The outline of a part of a log: a short row for each event that clients see, and for each call
/// when it began and ended. The times are those of the dispatch records, which clients do not see,
/// and of the ends that are stored with results. A fold; one thread.
final class Outline {
  /// The maximum length of the text of a row, in characters.
  static final int TEXT = 160;

  /// The fields of an input that say most of a call, the most telling first.
  private static final List<String> TELLING =
      List.of("command", "file_path", "path", "pattern", "url", "query");

  private final List<Json> rows = new ArrayList<>();
  private final Map<String, Call> calls = new LinkedHashMap<>();
  private @Nullable EventId request;
  private long last;

  /// A call, as far as this part of the log knows it.
  private static final class Call {
    @Nullable Instant began;
    @Nullable Instant ended;
    int attempts;
    @Nullable Boolean failed;
    @Nullable String lost;
    @Nullable Long result;
  }

  /// @param request the model request that is open where this part begins; null if none is
  Outline(@Nullable EventId request) {
    this.request = request;
  }

  /// The number of rows.
  int size() {
    return rows.size();
  }

  /// The position of the last event that was added; 0 before the first.
  long last() {
    return last;
  }

  /// Adds the next event, in the order of the log.
  void add(Stored stored) {
    last = stored.position();
    note(stored);
    if (stored.event().isVisible()) {
      rows.add(row(stored));
    }
    if (stored.event() instanceof Event.ModelRequestEnd) {
      request = null;
    }
  }

  private void note(Stored stored) {
    switch (stored.event()) {
      case Event.ModelRequestStart start -> request = start.id();
      case Event.ToolUse use -> call(use.id());
      case Event.ToolDispatched e -> {
        var call = call(e.toolUseId());
        call.attempts = e.attempt();
        call.began = stored.processedAt();
      }
      case Event.ToolAmbiguous e ->
          call(e.toolUseId()).lost = e.outcome().name().toLowerCase(Locale.ROOT);
      case Event.ToolResult e -> {
        var call = call(e.toolUseId());
        call.ended = CallEnd.read(stored.hidden()).orElse(stored.processedAt());
        call.failed = e.failed();
        call.result = stored.position();
      }
      default -> {}
    }
  }

  private Call call(EventId id) {
    return calls.computeIfAbsent(id.value(), _ -> new Call());
  }

  private Json row(Stored stored) {
    var event = stored.event();
    var row = new LinkedHashMap<String, Json>();
    row.put("position", Json.of(stored.position()));
    row.put("id", Json.of(event.id().value()));
    row.put("type", Json.of(EventCodec.type(event)));
    row.put("at", Json.of(Times.write(stored.processedAt())));
    row.put("bytes", Json.of(Utf8.length(stored.json())));
    var text = text(event);
    if (!text.isEmpty()) {
      row.put("text", Json.of(text));
    }
    switch (event) {
      case Event.ToolUse use -> describe(use, row);
      case Event.ToolResult result -> {
        row.put("call", Json.of(result.toolUseId().value()));
        row.put("is_error", Json.of(result.failed()));
      }
      case Event.Answer answer -> row.put("call", Json.of(answer.toolUseId().value()));
      case Event.StatusIdle _ -> copy(stored, "stop_reason", row);
      case Event.Failed _ -> copy(stored, "error", row);
      case Event.ModelRequestEnd end -> {
        row.put("is_error", Json.of(end.isError()));
        copy(stored, "model_usage", row);
      }
      default -> {}
    }
    if (request != null && isOfRequest(event)) {
      row.put("request", Json.of(request.value()));
    }
    return new Json.Obj(row);
  }

  private static void describe(Event.ToolUse use, Map<String, Json> row) {
    row.put("name", Json.of(use.name()));
    if (use instanceof Event.AgentMcpToolUse mcp) {
      row.put("server", Json.of(mcp.server()));
    }
    if (use instanceof Event.PermittedUse permitted) {
      row.put(
          "permission",
          Json.of(
              switch (permitted.permission()) {
                case ALLOWED -> "allow";
                case ASKED, UNDECIDED -> "ask";
                case NOT_ENABLED -> "deny";
              }));
    }
  }

  /// Copies a field of the event as clients see it.
  private static void copy(Stored stored, String field, Map<String, Json> row) {
    if (Json.trusted(stored.json()) instanceof Json.Obj json) {
      json.get(field).ifPresent(value -> row.put(field, value));
    }
  }

  private static boolean isOfRequest(Event event) {
    return switch (event) {
      case Event.AgentMessage _,
          Event.AgentThinking _,
          Event.ToolUse _,
          Event.ModelRequestStart _,
          Event.ModelRequestEnd _ ->
          true;
      default -> false;
    };
  }

  private static String text(Event event) {
    var text = event instanceof Event.ToolUse use ? telling(use) : EventText.of(event);
    if (text.length() <= TEXT) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(TEXT - 1)) ? TEXT - 1 : TEXT;
    return text.substring(0, end);
  }

  private static String telling(Event.ToolUse use) {
    for (var field : TELLING) {
      var value = use.input().text(field);
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    return EventText.of(use);
  }

  /// @param more whether the log has more events
  Json.Obj write(boolean more) {
    return Json.obj(
        "data",
        rows,
        "calls",
        calls.entrySet().stream().map(call -> write(call.getKey(), call.getValue())).toList(),
        "next_after",
        more ? last : null);
  }

  private static Json write(String id, Call call) {
    return Json.obj(
        "id",
        id,
        "began_at",
        Times.write(call.began),
        "ended_at",
        Times.write(call.ended),
        "attempts",
        call.attempts,
        "is_error",
        call.failed,
        "lost",
        call.lost,
        "result_position",
        call.result);
  }
}
