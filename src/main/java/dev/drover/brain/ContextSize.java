package dev.drover.brain;

import dev.drover.session.Event;
import dev.drover.session.Stored;
import java.util.List;

/// The estimated size of the request at the end of a growing log. It is what [Gauge] estimates
/// where no server has counted. One thread.
final class ContextSize {
  private final double fixed;
  private double tokens;
  private int resultCharacters;

  /// @param fixed the estimate for the system prompt and the tools
  ContextSize(double fixed) {
    this.fixed = fixed;
    tokens = fixed;
  }

  /// @param log the events up to this one, and this one
  void add(Stored stored, List<Stored> log) {
    if (stored.event() instanceof Event.ContextOpened opened) {
      resultCharacters = opened.resultCharacters();
      tokens = fixed + Estimate.of(opened.opening());
      for (var kept : log.reversed()) {
        if (kept.position() <= opened.from()) {
          break;
        }
        tokens += Estimate.of(kept, resultCharacters, false);
      }
    } else {
      tokens += Estimate.of(stored, resultCharacters, true);
    }
  }

  double tokens() {
    return tokens;
  }
}
