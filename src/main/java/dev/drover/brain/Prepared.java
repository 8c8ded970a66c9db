package dev.drover.brain;

import dev.drover.session.Event;
import java.util.ArrayList;
import java.util.List;

/// The outcome of the preparation of a hand.
///
/// @param events appended together with the dispatch records
/// @param lines put before the first result from the hand, for the model
public record Prepared(List<Event> events, List<String> lines) {
  public static final Prepared NOTHING = new Prepared(List.of(), List.of());

  public Prepared {
    events = List.copyOf(events);
    lines = List.copyOf(lines);
  }

  Prepared and(Prepared next) {
    var allEvents = new ArrayList<>(events);
    allEvents.addAll(next.events);
    var allLines = new ArrayList<>(lines);
    allLines.addAll(next.lines);
    return new Prepared(allEvents, allLines);
  }
}
