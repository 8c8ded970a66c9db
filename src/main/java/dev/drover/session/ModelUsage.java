package dev.drover.session;

/// The tokens of one model request, as counted by the model server. A count that is negative or
/// absurdly large is brought into its bounds: it comes from outside, and sums must not overflow.
///
/// @param inputTokens the input tokens that no cache held
public record ModelUsage(
    long inputTokens, long outputTokens, long cacheReadTokens, long cacheCreationTokens) {
  public static final ModelUsage NONE = new ModelUsage(0, 0, 0, 0);

  /// The most tokens of a kind that are counted for one request.
  public static final long MOST = 1_000_000_000_000L;

  public ModelUsage {
    inputTokens = Math.clamp(inputTokens, 0, MOST);
    outputTokens = Math.clamp(outputTokens, 0, MOST);
    cacheReadTokens = Math.clamp(cacheReadTokens, 0, MOST);
    cacheCreationTokens = Math.clamp(cacheCreationTokens, 0, MOST);
  }
}
