package dev.drover.telemetry;

import dev.drover.hands.ToolResult;
import dev.drover.session.Jobs;
import dev.drover.session.Nodes;
import dev.drover.tools.McpNames;
import dev.drover.webhooks.WebhookQueue;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// All figures of this server by name. No label contains an id, a text of a session, or anything
/// else that a client chooses.
public final class Meters {
  private static final double[] FAST = {
    .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10
  };
  private static final double[] SLOW = {
    .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800
  };
  private static final String MCP = "mcp";
  private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 512};

  private static final double[] TOKENS = {
    2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 200_000, 400_000, 800_000, 1_600_000
  };

  private final Metrics metrics = new Metrics();

  final Counter turns = metrics.counter("drover_turns_total", "Turns that ended.", "stop_reason");
  final Histogram turnSeconds =
      metrics.histogram("drover_turn_seconds", "Duration of a turn.", SLOW, "stop_reason");
  final Histogram firstWord =
      metrics.histogram(
          "drover_time_to_first_token_seconds",
          "Time from the receipt of a message to the first token of its answer.",
          SLOW);
  final Counter modelCalls =
      metrics.counter("drover_model_calls_total", "Model requests.", "model", "outcome");
  final Histogram modelSeconds =
      metrics.histogram(
          "drover_model_call_seconds", "Whole model requests.", SLOW, "model", "outcome");
  final Histogram modelFirstByte =
      metrics.histogram(
          "drover_model_first_byte_seconds",
          "Time from a model request to the first block of its reply.",
          SLOW,
          "model");
  final Counter tokens = metrics.counter("drover_tokens_total", "Model tokens.", "kind");
  final Counter toolCalls =
      metrics.counter("drover_tool_calls_total", "Tool calls.", "tool", "outcome");
  final Histogram toolSeconds =
      metrics.histogram("drover_tool_call_seconds", "Tool calls.", SLOW, "tool", "outcome");
  final Counter mcpLists =
      metrics.counter(
          "drover_mcp_lists_total", "Requests for the tools of MCP servers.", "outcome");
  final Histogram mcpListSeconds =
      metrics.histogram(
          "drover_mcp_list_seconds", "Requests for the tools of MCP servers.", SLOW, "outcome");
  final Counter ambiguous =
      metrics.counter(
          "drover_tool_calls_ambiguous_total",
          "Tool calls that were lost without a result, with their sandbox or server.",
          "tool",
          "outcome");
  final Counter hands =
      metrics.counter("drover_hands_provisioned_total", "Sandboxes created or found.", "outcome");
  final Counter handsLost =
      metrics.counter("drover_hands_lost_total", "Sandboxes that died unexpectedly.");
  final Histogram provisionSeconds =
      metrics.histogram("drover_hand_provision_seconds", "Time to create or find a sandbox.", FAST);
  final Counter events =
      metrics.counter("drover_events_appended_total", "Events in session logs.", "type");
  final Counter received =
      metrics.counter("drover_events_received_total", "Events from clients.", "type");
  final Histogram appendSeconds =
      metrics.histogram(
          "drover_store_append_seconds",
          "Time from submitting events until they are durable.",
          FAST,
          "kind");
  final Histogram appendEvents =
      metrics.histogram("drover_store_append_events", "Events in one append.", SIZES, "kind");
  final Counter eventsRead =
      metrics.counter("drover_events_read_total", "Events that were read from session logs.");
  final Counter streamsCut =
      metrics.counter("drover_streams_cut_total", "Event streams whose reader was too slow.");
  final Counter requests =
      metrics.counter(
          "drover_http_requests_total", "Answered requests.", "method", "route", "status");
  final Histogram requestSeconds =
      metrics.histogram(
          "drover_http_request_seconds", "Requests, event streams aside.", FAST, "method", "route");

  final Counter profileRequests =
      metrics.counter(
          "drover_profile_requests_total",
          "Model requests by the profile of their chapter.",
          "profile",
          "outcome");
  final Counter profileTokens =
      metrics.counter(
          "drover_profile_tokens_total",
          "Model tokens by the profile of the chapter.",
          "profile",
          "kind");
  final Counter chapters =
      metrics.counter(
          "drover_chapters_total", "Chapters of contexts that began.", "profile", "kind", "cause");
  final Histogram contextTokens =
      metrics.histogram(
          "drover_context_tokens",
          "Sizes of contexts where a chapter began, in tokens.",
          TOKENS,
          "profile",
          "when");

  final Counter blobs =
      metrics.counter(
          "drover_blobs_total", "Uses of the store of contents.", "operation", "outcome");
  final Counter memoryRounds =
      metrics.counter(
          "drover_memory_rounds_total",
          "Comparisons of a session's directory with its memory store.",
          "outcome");
  final Histogram memorySeconds =
      metrics.histogram(
          "drover_memory_round_seconds",
          "Comparisons of a session's directory with its memory store.",
          FAST);
  final Counter memoryConflicts =
      metrics.counter(
          "drover_memory_conflicts_total",
          "Memories that were changed in a session's directory and in the store.");
  final Counter jobs =
      metrics.counter("drover_jobs_total", "Tries of jobs that ended.", "kind", "outcome");

  final Counter webhooks =
      metrics.counter(
          "drover_webhook_attempts_total", "Attempts to deliver webhook events.", "outcome");
  final Histogram webhookSeconds =
      metrics.histogram(
          "drover_webhook_attempt_seconds",
          "Time from the request to an endpoint to its answer.",
          SLOW,
          "outcome");
  final Counter egressConnections =
      metrics.counter(
          "drover_egress_connections_total",
          "Connections of sandboxes that ended or were refused.",
          "protocol",
          "verdict");
  final Counter egressSecrets =
      metrics.counter(
          "drover_egress_secrets_total",
          "Secrets of credentials that were put into requests of sandboxes.",
          "location");
  final Counter egressBytes =
      metrics.counter(
          "drover_egress_bytes_total", "Bytes that sandboxes sent and received.", "direction");

  private final Set<String> tools;

  /// @param tools the names of all tools of this server
  public Meters(Set<String> tools) {
    this.tools = Set.copyOf(tools);
    JvmFigures.addTo(metrics);
  }

  /// The name of a tool as a label.
  String tool(String name) {
    return tools.contains(name) ? name : name.startsWith(McpNames.PREFIX) ? MCP : "custom";
  }

  /// Notes the end of a call of a tool of an MCP server.
  void calledMcp(String outcome, long start) {
    toolCalls.increment(MCP, outcome);
    toolSeconds.since(start, MCP, outcome);
  }

  /// Notes the end of a request for the tools of an MCP server.
  void mcpListed(String outcome, long start) {
    mcpLists.increment(outcome);
    mcpListSeconds.since(start, outcome);
  }

  /// Runs the call of a tool and measures it.
  ToolResult measured(String name, ToolRun run) throws InterruptedException {
    long start = System.nanoTime();
    ToolResult result = null;
    try {
      result = run.run();
      return result;
    } finally {
      called(name, result, start);
    }
  }

  /// @param result the result of the call; null if it was interrupted
  void called(String name, @Nullable ToolResult result, long start) {
    var tool = tool(name);
    var outcome =
        result == null ? "interrupted" : result.lost() ? "lost" : result.isError() ? "error" : "ok";
    toolCalls.increment(tool, outcome);
    toolSeconds.since(start, tool, outcome);
  }

  /// A session's directory was compared with its memory store.
  ///
  /// @param start by [System#nanoTime]
  public void memoryCompared(String outcome, int conflicts, long start) {
    memoryRounds.increment(outcome);
    memorySeconds.since(start);
    for (int n = 0; n < conflicts; n++) {
      memoryConflicts.increment();
    }
  }

  /// Counts one call of a tool.
  interface ToolRun {
    ToolResult run() throws InterruptedException;
  }

  /// Adds figures that other parts compute.
  ///
  /// @param brains the number of active brains
  /// @param streams the number of open event streams
  public void watch(DoubleSupplier brains, DoubleSupplier streams) {
    metrics.gauge("drover_brains_at_work", "Sessions that a brain is awake for.", brains);
    metrics.gauge("drover_event_streams", "Open event streams.", streams);
  }

  /// Adds the figures that all nodes share: live nodes, held and waiting sessions, jobs, and
  /// webhooks.
  public void watchNodes(Nodes nodes, Jobs jobs, WebhookQueue webhookQueue, InstantSource clock) {
    metrics.add(new NodeFigures(nodes, jobs, webhookQueue, clock));
  }

  /// Adds the work of the store's database.
  public void watchStore(LongSupplier statements, LongSupplier commits) {
    metrics.total(
        "drover_store_statements_total",
        "SQL statements, also those that begin and end transactions.",
        statements::getAsLong);
    metrics.total("drover_store_commits_total", "Committed transactions.", commits::getAsLong);
  }

  void watchBlobs(DoubleSupplier up) {
    metrics.gauge(
        "drover_blob_store_up", "1 unless the last use of the store of contents failed.", up);
  }

  void watchInbox(DoubleSupplier waiting) {
    metrics.gauge("drover_inbox_events", "Client events that wait to be taken up.", waiting);
  }

  void watchConnections(DoubleSupplier open) {
    metrics.gauge("drover_egress_connections", "Open connections of sandboxes.", open);
  }

  void watchHands(DoubleSupplier alive) {
    metrics.gauge("drover_hands_alive", "Living sandboxes.", alive);
  }

  public Metrics metrics() {
    return metrics;
  }
}
