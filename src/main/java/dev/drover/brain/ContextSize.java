package dev.drover.brain;

import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.List;

/// The estimated size of the request at the end of a growing log. It is what [Gauge] estimates
/// where no server has counted. One thread.
final class ContextSize {
  private final double fixed;

  /// The results since the last reply, whose limits are not complete yet.
  private final List<Stored> round = new ArrayList<>();

  private double settled;
  private int each;
  private int most;

  /// @param fixed the estimate for the system prompt and the tools
  ContextSize(double fixed) {
    this.fixed = fixed;
    settled = fixed;
  }

  /// @param log the events up to this one, and this one
  void add(Stored stored, List<Stored> log) {
    switch (stored.event()) {
      case Event.ContextOpened opened -> open(opened, log);
      case Event.ToolResult _ -> round.add(stored);
      case Event.ModelRequestEnd end when !end.isError() && !Compaction.is(stored) -> {
        settled = tokens() + Estimate.of(stored, ResultLimits.NONE, true);
        round.clear();
      }
      default -> settled += Estimate.of(stored, ResultLimits.NONE, true);
    }
  }

  private void open(Event.ContextOpened opened, List<Stored> log) {
    each = opened.resultCharacters();
    most = opened.roundCharacters();
    round.clear();
    var kept = new ArrayList<Stored>();
    for (var stored : log.reversed()) {
      if (stored.position() <= opened.from()) {
        break;
      }
      kept.addFirst(stored);
    }
    var limits = ResultLimits.of(kept, each, most);
    settled = fixed + Estimate.of(Opening.first(opened));
    kept.forEach(stored -> settled += Estimate.of(stored, limits, opened.keepsThinking()));
  }

  double tokens() {
    var limits = ResultLimits.of(round, each, most);
    double tokens = settled;
    for (var result : round) {
      tokens += Estimate.of(result, limits, true);
    }
    return tokens;
  }
}
