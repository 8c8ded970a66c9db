package dev.drover.session;

/// What a session has used since it began.
///
/// @param activeMicros time with a brain at work, in microseconds
public record Usage(
    long inputTokens,
    long outputTokens,
    long cacheReadTokens,
    long cacheCreationTokens,
    long activeMicros) {
  public static final Usage NONE = new Usage(0, 0, 0, 0, 0);

  public Usage plus(ModelUsage more) {
    return new Usage(
        inputTokens + more.inputTokens(),
        outputTokens + more.outputTokens(),
        cacheReadTokens + more.cacheReadTokens(),
        cacheCreationTokens + more.cacheCreationTokens(),
        activeMicros);
  }

  public Usage plus(Usage more) {
    return new Usage(
        inputTokens + more.inputTokens,
        outputTokens + more.outputTokens,
        cacheReadTokens + more.cacheReadTokens,
        cacheCreationTokens + more.cacheCreationTokens,
        activeMicros + more.activeMicros);
  }

  public Usage plusActive(long micros) {
    return new Usage(
        inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, activeMicros + micros);
  }
}
