package dev.drover.brain;

import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Strategy;

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
    return new ContextLimits(Math.min((long) (hard * part(profile)), profile.atTokens()), hard);
  }

  /// The part of the space for prompts at which a chapter ends. Without a request for a summary
  /// nothing can fail or take long there, and more is lost with each chapter: so it may be as much
  /// again of what is left.
  private static double part(ProfileSettings profile) {
    double part = profile.atFraction();
    return profile.strategy() == Strategy.ROLLING ? (1 + part) / 2 : part;
  }

  /// The size of which the parts of a new chapter take their shares. It is the same for each
  /// strategy.
  static long base(long context, long maxTokens, ProfileSettings profile) {
    long hard = context - reserve(context, maxTokens, profile);
    return Math.min((long) (hard * profile.atFraction()), profile.atTokens());
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
