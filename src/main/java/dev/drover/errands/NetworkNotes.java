package dev.drover.errands;

import dev.drover.brain.HandErrand;
import dev.drover.brain.Visit;
import dev.drover.hands.ToolCall;
import dev.drover.session.HandId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Adds to the result of a call which connections were refused meanwhile: most programs show that
/// they were, but not why. Safe for many threads.
public final class NetworkNotes implements HandErrand {
  private static final int MOST = 3;

  private final Function<HandId, List<String>> refusals;

  /// @param refusals returns the refusals in a hand since it was last asked, as sentences without a
  ///   full stop
  public NetworkNotes(Function<HandId, List<String>> refusals) {
    this.refusals = refusals;
  }

  @Override
  public List<String> after(Visit visit, ToolCall call) {
    var all = refusals.apply(visit.grip().id());
    var lines = new ArrayList<String>();
    all.stream().limit(MOST).forEach(words -> lines.add("[network: " + words + ".]"));
    if (all.size() > MOST) {
      lines.add("[network: " + (all.size() - MOST) + " more connections were refused.]");
    }
    return lines;
  }
}
