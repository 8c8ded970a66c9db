package dev.drover.brain;

import dev.drover.profile.ProfileSettings;

/// The sizes of the parts of a new chapter. Those in characters are of results, the others are
/// estimates in tokens.
///
/// @param results of one result, in characters
/// @param round of the results of one reply together, in characters
/// @param keep of the rounds that are kept besides the newest one
/// @param summary of the words of a summary
/// @param budget of the parts of the opening that code copies
record ChapterShape(int results, int round, double keep, double summary, Opening.Budget budget) {
  /// The share of the space for messages that the newest rounds take at most: what their usual size
  /// is in a context of 200,000 tokens.
  private static final double KEPT_SHARE = 1.0 / 6;

  /// The share of the messages that a chapter keeps at most which a client has asked for.
  private static final double KEPT_ON_REQUEST = 0.25;

  /// The largest limit for the results of a round, in characters: none in practice.
  private static final double MOST_CHARACTERS = 1e9;

  /// The shortest limit for the words of a summary, in tokens.
  private static final double SHORTEST_SUMMARY = 500;

  /// The digest beside a summary, compared with one that stands alone.
  private static final double DIGEST_BESIDE_SUMMARY = 0.25;

  /// @param profile of the new chapter
  /// @param space for messages
  /// @param messages the estimate of those of the chapter before
  /// @param requested whether a client has asked for the chapter
  /// @param share of the usual sizes; with less than all of them, only the newest round is kept
  static ChapterShape of(
      ProfileSettings profile, double space, double messages, boolean requested, double share) {
    double kept =
        requested ? Math.min(KEPT_SHARE * space, KEPT_ON_REQUEST * messages) : KEPT_SHARE * space;
    return new ChapterShape(
        (int) (3 * share * Math.min((double) profile.resultTokens(), space / 8)),
        (int) Math.min(MOST_CHARACTERS, 3 * share * profile.roundFraction() * space),
        share == 1 ? Math.min((double) profile.keepTokens(), kept) : 0,
        Math.max(SHORTEST_SUMMARY, Math.min((double) profile.summaryTokens(), 0.1 * space)),
        new Opening.Budget(
            share * Math.min((double) profile.userTokens(), 0.15 * space),
            share * Math.min((double) profile.instructionTokens(), 0.1 * space),
            share * Math.min((double) profile.digestTokens(), 0.1 * space)));
  }

  /// The shortening of results in the new chapter.
  ///
  /// @param chapter the one before
  ResultLimits limits(Chapter chapter) {
    return ResultLimits.of(chapter.recent(), results, round);
  }

  /// The same with other limits for results.
  ChapterShape withResults(int each, int together) {
    return new ChapterShape(each, together, keep, summary, budget);
  }

  /// The same with the shorter list of calls that stands beside a summary.
  ChapterShape besideSummary() {
    var shorter =
        new Opening.Budget(
            budget.users(), budget.instructions(), DIGEST_BESIDE_SUMMARY * budget.digest());
    return new ChapterShape(results, round, keep, summary, shorter);
  }
}
