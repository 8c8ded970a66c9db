package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.profile.Assumption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/// The trials of all assumptions of a profile with a recorded session. One thread while it grows.
public final class AssumptionTrials {
  /// Those with which only the recording shows what happens.
  private static final Set<Assumption> RECORDED =
      Set.of(Assumption.CACHE_MARKS, Assumption.HAND_OVER);

  private final ReplayedRequests with;
  private final List<AssumptionTrial> trials = new ArrayList<>();

  /// @param with the session with all assumptions
  AssumptionTrials(ReplayedRequests with) {
    this.with = with;
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
            RECORDED.contains(assumption) ? with.recorded() : with.replayed(),
            without.map(ReplayedRequests::replayed),
            made,
            without
                .map(one -> with.firstTooLarge().isPresent() || one.firstTooLarge().isEmpty())
                .orElse(true),
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
    boolean differs = RECORDED.contains(assumption) || !with.replayed().equals(without.replayed());
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
