package dev.drover.cli;

import dev.drover.base.Json;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a session did and what it cost, as a fold over the events that clients see. Not safe for
/// concurrent use.
final class LiveFigures {
  private static final int LONGEST = 300;

  private int turns;
  private int requests;
  private int failed;
  private int calls;
  private int callErrors;
  private int errors;
  private int chapters;
  private long input;
  private long cached;
  private long output;
  private long cents;
  private long reported;
  private boolean priced;
  private String end = "";
  private String words = "";

  /// The same figures, which grow on their own.
  LiveFigures copy() {
    var copy = new LiveFigures();
    copy.turns = turns;
    copy.requests = requests;
    copy.failed = failed;
    copy.calls = calls;
    copy.callErrors = callErrors;
    copy.errors = errors;
    copy.chapters = chapters;
    copy.input = input;
    copy.cached = cached;
    copy.output = output;
    copy.cents = cents;
    copy.reported = reported;
    copy.priced = priced;
    copy.end = end;
    copy.words = words;
    return copy;
  }

  void take(Json.Obj event) {
    switch (TurnOutcome.type(event)) {
      case "session.status_running" -> end = "running";
      case "session.status_idle" -> {
        end = TurnOutcome.type(event.object("stop_reason"));
        turns += end.equals("requires_action") ? 0 : 1;
      }
      case "session.status_terminated" -> end = "terminated";
      case "session.error" -> errors++;
      case "session.usage" -> cost(event.object("usage").object("list_cost").text("amount"));
      case "span.model_request_end" -> request(event);
      case "agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use" -> calls++;
      case "agent.tool_result", "agent.mcp_tool_result", "user.custom_tool_result" ->
          callErrors += is(event, "is_error") ? 1 : 0;
      case "agent.thread_context_compacted" -> chapters++;
      case "agent.message" -> words = text(event.items("content"));
      default -> {}
    }
  }

  private void request(Json.Obj event) {
    var usage = event.object("model_usage");
    failed += is(event, "is_error") ? 1 : 0;
    requests += is(event, "is_error") ? 0 : 1;
    input += usage.number("input_tokens", 0) + usage.number("cache_creation_input_tokens", 0);
    cached += usage.number("cache_read_input_tokens", 0);
    output += usage.number("output_tokens", 0);
  }

  /// The reports count from the start of a session, and of a fork anew.
  private void cost(@Nullable String amount) {
    if (amount != null && amount.matches("[0-9]{1,15}")) {
      long now = Long.parseLong(amount);
      cents += now >= reported ? now - reported : now;
      reported = now;
      priced = true;
    }
  }

  private static boolean is(Json.Obj event, String field) {
    return event.get(field).orElse(Json.NULL).equals(Json.of(true));
  }

  private static String text(List<Json> content) {
    return content.stream()
        .map(block -> block instanceof Json.Obj one ? String.valueOf(one.text("text")) : "")
        .collect(Collectors.joining(" "));
  }

  /// The tokens of all requests so far.
  long tokens() {
    return input + cached + output;
  }

  Json.Obj json() {
    return Json.obj(
        "turns",
        turns,
        "requests",
        requests,
        "failed_requests",
        failed,
        "tool_calls",
        calls,
        "failed_tool_calls",
        callErrors,
        "errors",
        errors,
        "compactions",
        chapters,
        "input_tokens",
        input,
        "cache_read_input_tokens",
        cached,
        "output_tokens",
        output,
        "list_cost_usd",
        priced ? cents / 100.0 : null,
        "end",
        end,
        "last_message",
        Columns.clip(Sanitized.line(words), LONGEST));
  }
}
