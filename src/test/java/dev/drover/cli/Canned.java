package dev.drover.cli;

import static dev.drover.cli.CannedServer.frame;

/// Pieces of streams as the protocol has them.
final class Canned {
  static final String RUNNING =
      frame("{\"type\":\"session.status_running\",\"id\":\"sevt_2\",\"processed_at\":\"T\"}")
          + frame(
              "{\"type\":\"session.thread_status_running\",\"id\":\"sevt_3\",\"processed_at\":\"T\","
                  + "\"session_thread_id\":\"sthr_01A\",\"agent_name\":\"run\"}");

  static final String START =
      frame("{\"type\":\"span.model_request_start\",\"id\":\"sevt_4\",\"processed_at\":\"T\"}");

  static final String MESSAGE_START =
      frame("{\"type\":\"event_start\",\"event\":{\"type\":\"agent.message\",\"id\":\"sevt_9\"}}");

  static final String USAGE =
      frame(
          "{\"type\":\"session.usage\",\"id\":\"sevt_12\",\"processed_at\":\"T\",\"usage\":"
              + "{\"input_tokens\":1860,\"output_tokens\":52,\"cache_read_input_tokens\":7,"
              + "\"cache_creation\":{\"ephemeral_5m_input_tokens\":3,\"ephemeral_1h_input_tokens\":0},"
              + "\"active_seconds\":1.25},\"budget\":null}");

  static final String DONE = USAGE + idle("{\"type\":\"end_turn\"}", "null");

  private Canned() {}

  static String idle(String reason, String details) {
    return frame(
        "{\"type\":\"session.status_idle\",\"id\":\"sevt_13\",\"processed_at\":\"T\",\"stop_reason\":"
            + reason
            + ",\"stop_details\":"
            + details
            + "}");
  }

  static String user(String processedAt) {
    return "{\"type\":\"user.message\",\"id\":\"sevt_1\",\"processed_at\":"
        + processedAt
        + ",\"content\":[{\"type\":\"text\",\"text\":\"list files\"}]}";
  }

  static String delta(String text) {
    return frame(
        "{\"type\":\"event_delta\",\"event_id\":\"sevt_9\",\"delta\":{\"type\":\"content_delta\","
            + "\"index\":0,\"content\":{\"type\":\"text\",\"text\":\""
            + text
            + "\"}}}");
  }

  static String message(String text) {
    return frame(
        "{\"type\":\"agent.message\",\"id\":\"sevt_9\",\"processed_at\":\"T\",\"content\":"
            + "[{\"type\":\"text\",\"text\":\""
            + text
            + "\"}]}");
  }

  static String bash(String id, String command) {
    return frame(
        "{\"type\":\"agent.tool_use\",\"id\":\""
            + id
            + "\",\"processed_at\":\"T\",\"name\":\"bash\",\"input\":{\"command\":\""
            + command
            + "\"},\"evaluated_permission\":\"allow\",\"evaluation\":{\"type\":\"always_allow\"}}");
  }

  static String result(String call, String text, boolean failed) {
    return frame(
        "{\"type\":\"agent.tool_result\",\"id\":\"r"
            + call
            + "\",\"processed_at\":\"T\",\"tool_use_id\":\""
            + call
            + "\",\"is_error\":"
            + failed
            + ",\"content\":[{\"type\":\"text\",\"text\":\""
            + text
            + "\"}]}");
  }

  static String error(String id, String message, String retry) {
    return frame(
        "{\"type\":\"session.error\",\"id\":\""
            + id
            + "\",\"processed_at\":\"T\",\"error\":{\"type\":\"model_overloaded_error\",\"message\":\""
            + message
            + "\",\"retry_status\":{\"type\":\""
            + retry
            + "\"}}}");
  }
}
