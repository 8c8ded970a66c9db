package dev.drover.session;

/// The tokens of one model request, as the model's server counted them.
///
/// @param inputTokens those that no cache held
public record ModelUsage(
    long inputTokens, long outputTokens, long cacheReadTokens, long cacheCreationTokens) {
  public static final ModelUsage NONE = new ModelUsage(0, 0, 0, 0);
}
