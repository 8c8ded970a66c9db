package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.profile.Assumption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/// The trials of all assumptions of a profile with a recorded session. One thread while it grows.
public final class AssumptionTrials {
  /// The number of replies from which on it says something that none was unusable.
  private static final int TELLING = 20;

  private final ReplayedRequests with;
  private final boolean own;
  private final long unusable;
  private final List<AssumptionTrial> trials = new ArrayList<>();

  /// @param with the session with all assumptions
  /// @param own whether the model is the recorded one
  /// @param unusable the number of recorded replies that could not be used
  AssumptionTrials(ReplayedRequests with, boolean own, long unusable) {
    this.with = with;
    this.own = own;
    this.unusable = unusable;
  }

  /// Whether only the recording shows what happens with the assumption.
  private static boolean isRecorded(Assumption assumption) {
    return assumption.isObserved() || assumption.equals(Assumption.HAND_OVER);
  }

  private Optional<AssumptionTrial.Observed> observed(Assumption assumption) {
    if (!assumption.isObserved()) {
      return Optional.empty();
    }
    if (!own) {
      return Optional.of(
          new AssumptionTrial.Observed(
              AssumptionTrial.Verdict.IN_DOUBT, "The recording is of another model."));
    }
    return Optional.of(assumption.equals(Assumption.HINTS) ? hints() : cache());
  }

  private AssumptionTrial.Observed hints() {
    int replies = with.recorded().requests();
    return new AssumptionTrial.Observed(
        unusable > 0
            ? AssumptionTrial.Verdict.NEEDED
            : replies < TELLING
                ? AssumptionTrial.Verdict.NO_DIFFERENCE
                : AssumptionTrial.Verdict.LOOKS_STALE,
        "%d of %d replies could not be used.".formatted(unusable, replies));
  }

  private AssumptionTrial.Observed cache() {
    var usage = with.recorded().usage();
    long prompts = usage.inputTokens() + usage.cacheReadTokens() + usage.cacheCreationTokens();
    return new AssumptionTrial.Observed(
        usage.cacheReadTokens() > 0
            ? AssumptionTrial.Verdict.PAYS
            : AssumptionTrial.Verdict.LOOKS_STALE,
        "The model server read %.0f %% of the prompts from its cache."
            .formatted(100.0 * usage.cacheReadTokens() / Math.max(1, prompts)));
  }

  /// Adds a trial.
  ///
  /// @param made whether the profile makes the assumption
  /// @param without the session without it; empty if that was not tried
  /// @param points the positions of requests from a position on
  void add(
      Assumption assumption,
      boolean made,
      Optional<ReplayedRequests> without,
      LongFunction<List<Long>> points) {
    trials.add(
        new AssumptionTrial(
            assumption,
            isRecorded(assumption) ? with.recorded() : with.replayed(),
            without.map(ReplayedRequests::replayed),
            made,
            without
                .map(one -> with.firstTooLarge().isPresent() || one.firstTooLarge().isEmpty())
                .orElse(true),
            observed(assumption),
            without.map(one -> points(assumption, one, points)).orElse(List.of())));
  }

  /// Where the contexts may differ: from the first chapter of either side on.
  private List<Long> points(
      Assumption assumption, ReplayedRequests without, LongFunction<List<Long>> points) {
    var first =
        Stream.of(with, without)
            .flatMap(one -> one.replayed().chapters().stream())
            .mapToLong(ReplayedRequests.Began::position)
            .min();
    boolean differs = isRecorded(assumption) || !with.replayed().equals(without.replayed());
    return first.isEmpty() || !differs ? List.of() : points.apply(first.getAsLong());
  }

  /// The trials, in the order in which they were added.
  public List<AssumptionTrial> trials() {
    return List.copyOf(trials);
  }

  /// The trials as JSON.
  public Json.Obj json() {
    return Json.obj(
        "type",
        "session_assumptions",
        "model",
        with.model(),
        "context_tokens",
        with.window().orElse(null),
        "profile",
        with.profile(),
        "requests",
        with.recorded().requests(),
        "assumptions",
        trials.stream().map(AssumptionTrial::json).toList());
  }
}
