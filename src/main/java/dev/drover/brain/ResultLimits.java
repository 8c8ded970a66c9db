package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The number of characters to which each tool result is shortened: every result by itself, and the
/// results of the calls of one reply together. The limits of a round are complete when the model is
/// next asked, because every call has its result by then; later events never change them.
final class ResultLimits {
  /// Results are sent whole.
  static final ResultLimits NONE = new ResultLimits(0);

  private final int each;
  private final Map<EventId, Integer> lower = new HashMap<>();

  private ResultLimits(int each) {
    this.each = each;
  }

  /// @param events in the order of the log; may begin between a model request and its reply
  /// @param each the limit for one result; 0 for none
  /// @param round the limit for the results of one reply together; 0 for none
  static ResultLimits of(List<Stored> events, int each, int round) {
    var limits = new ResultLimits(each);
    if (round > 0) {
      var results = new ArrayList<Event.ToolResult>();
      for (var stored : events) {
        switch (stored.event()) {
          case Event.ToolResult result -> results.add(result);
          case Event.ModelRequestEnd end when !end.isError() && !Compaction.is(stored) -> {
            limits.fit(results, round);
            results.clear();
          }
          default -> {}
        }
      }
      limits.fit(results, round);
    }
    return limits;
  }

  /// Lowers the limits of the longest results of a round until all of them fit.
  private void fit(List<Event.ToolResult> results, int round) {
    var lengths =
        results.stream()
            .mapToLong(result -> Math.min(ShortResults.length(result), each == 0 ? round : each))
            .sorted()
            .toArray();
    long left = round;
    for (int i = 0; i < lengths.length; i++) {
      long share = left / (lengths.length - i);
      if (lengths[i] > share) {
        for (var result : results) {
          lower.put(result.id(), (int) Math.max(ShortResults.LEAST, share));
        }
        return;
      }
      left -= lengths[i];
    }
  }

  /// Whether the results after a position are the same under other limits.
  boolean areThose(ResultLimits other, List<Stored> events, long after) {
    return events.stream()
        .filter(stored -> stored.position() > after)
        .map(Stored::event)
        .filter(Event.ToolResult.class::isInstance)
        .map(Event.ToolResult.class::cast)
        .allMatch(
            result -> {
              var output = result.output().orElse(Json.arr());
              return ShortResults.fit(output, of(result))
                  .equals(ShortResults.fit(output, other.of(result)));
            });
  }

  /// The number of characters to which the result is shortened; 0 if it is sent whole.
  int of(Event.ToolResult result) {
    return lower.getOrDefault(result.id(), each);
  }
}
