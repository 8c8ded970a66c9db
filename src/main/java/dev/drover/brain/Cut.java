package dev.drover.brain;

import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.Stored;
import java.util.Optional;
import java.util.function.Predicate;

/// The place where a chapter is cut: between a model request and its reply. At that moment every
/// call had its result, so no pair of the two is ever separated.
///
/// @param from the position of the request; what follows it is kept
/// @param kept the estimate for what is kept
record Cut(long from, double kept) {
  /// The cut that keeps as many rounds as fit, but at least the newest one; empty if there is
  /// nothing to cut off. A request that got no reply is a place, too, if a message follows it: then
  /// what was asked before is left unanswered.
  ///
  /// @param keep the estimate of what may be kept besides the newest round
  /// @param limits the shortening of results in the next chapter
  static Optional<Cut> of(Chapter chapter, double keep, ResultLimits limits) {
    Optional<Cut> best = Optional.empty();
    double sum = 0;
    boolean replied = false;
    boolean said = false;
    for (var stored : chapter.recent().reversed()) {
      if (stored.position() < chapter.from()) {
        break;
      }
      switch (stored.event()) {
        case Event.UserMessage _ -> said = true;
        case Event.ModelRequestEnd end when !Compaction.is(stored) -> replied = !end.isError();
        case Event.ModelRequestStart _ when !Compaction.is(stored) -> {
          if (replied || said) {
            if (best.isPresent() && sum > keep) {
              return best;
            }
            best = Optional.of(new Cut(stored.position(), sum));
          }
          replied = false;
        }
        default -> {}
      }
      sum += Estimate.of(stored, limits, false);
    }
    return best;
  }

  /// The cut at a position.
  static Cut at(Chapter chapter, long from, ResultLimits limits) {
    return at(chapter, from, limits, _ -> false);
  }

  /// @param thinking the replies whose thinking is kept
  static Cut at(Chapter chapter, long from, ResultLimits limits, Predicate<Stored> thinking) {
    double kept =
        chapter.recent().stream()
            .filter(stored -> stored.position() > from)
            .mapToDouble(stored -> Estimate.of(stored, limits, thinking.test(stored)))
            .sum();
    return new Cut(from, kept);
  }
}
