package dev.drover.brain;

import dev.drover.profile.ProfileSettings;

/// The sizes, in tokens, at which a chapter ends.
///
/// @param soft where a new chapter is worth its price
/// @param hard where a request and its reply would not fit any more
record ContextLimits(long soft, long hard) {
  /// A context that is not known: only [ProfileSettings#atTokens] applies.
  static final long UNKNOWN = 1_000_000_000;

  /// @param context the maximum of a prompt and its reply together
  /// @param maxTokens the maximum of one reply
  static ContextLimits of(long context, long maxTokens, ProfileSettings profile) {
    long hard = context - reserve(context, maxTokens, profile);
    long worthIt = (long) (hard * profile.atFraction());
    return new ContextLimits(Math.min(worthIt, profile.atTokens()), hard);
  }

  /// What is left to a reply.
  static long reserve(long context, long maxTokens, ProfileSettings profile) {
    return Math.min(Math.min(maxTokens, profile.reserveTokens()), context / 4);
  }

  /// The limits of a chapter that was already large at its beginning. Its soft limit is higher;
  /// otherwise the next chapter would begin after a few requests.
  ///
  /// @param size the size of the chapter's first request; 0 if it is not known
  ContextLimits after(long size) {
    if (size <= 0.6 * soft) {
      return this;
    }
    double higher = Math.min(0.95 * hard, size + 0.4 * (hard - size));
    return new ContextLimits(Math.max(soft, (long) Math.min(higher, 2.0 * soft)), hard);
  }
}
