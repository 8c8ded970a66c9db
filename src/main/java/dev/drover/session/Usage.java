package dev.drover.session;

/// The usage of a session since its creation.
///
/// @param activeMicros the time in which a brain worked on the session, in microseconds
public record Usage(
    long inputTokens,
    long outputTokens,
    long cacheReadTokens,
    long cacheCreationTokens,
    long activeMicros,
    WebRequests web) {
  public static final Usage NONE = new Usage(0, 0, 0, 0, 0);

  /// Usage without web requests.
  public Usage(
      long inputTokens,
      long outputTokens,
      long cacheReadTokens,
      long cacheCreationTokens,
      long activeMicros) {
    this(
        inputTokens,
        outputTokens,
        cacheReadTokens,
        cacheCreationTokens,
        activeMicros,
        WebRequests.NONE);
  }

  private static final long MOST = 1_000_000_000_000_000_000L;

  public Usage plus(ModelUsage more) {
    return new Usage(
        sum(inputTokens, more.inputTokens()),
        sum(outputTokens, more.outputTokens()),
        sum(cacheReadTokens, more.cacheReadTokens()),
        sum(cacheCreationTokens, more.cacheCreationTokens()),
        activeMicros,
        web);
  }

  public Usage plus(Usage more) {
    return new Usage(
        sum(inputTokens, more.inputTokens),
        sum(outputTokens, more.outputTokens),
        sum(cacheReadTokens, more.cacheReadTokens),
        sum(cacheCreationTokens, more.cacheCreationTokens),
        sum(activeMicros, more.activeMicros),
        web.plus(more.web));
  }

  /// Never overflows: a cost must not become negative.
  private static long sum(long a, long b) {
    return Math.min(a, MOST) + Math.min(b, MOST - Math.min(a, MOST));
  }

  public Usage plusActive(long micros) {
    return new Usage(
        inputTokens,
        outputTokens,
        cacheReadTokens,
        cacheCreationTokens,
        activeMicros + micros,
        web);
  }

  /// The usage with the result of a call: a successful one of a web tool counts.
  public Usage plus(Event.ToolUse use, Event.ToolResult result) {
    return result.failed() || !(use instanceof Event.AgentToolUse)
        ? this
        : new Usage(
            inputTokens,
            outputTokens,
            cacheReadTokens,
            cacheCreationTokens,
            activeMicros,
            web.plus(use.name()));
  }
}
