package dev.drover.session;

import java.util.List;

/// How much a stretch of a log is.
///
/// @param slice exactly this stretch: reading it needs no bound any more
/// @param bytes what its events take where they are kept
/// @param more whether events follow that the slice asked for, too
/// @param waiting what the events in the session's inbox take
public record Extent(Slice slice, long bytes, boolean more, long waiting) {
  /// A stretch, cut before the event that would bring it over the bytes of its slice.
  ///
  /// @param asked the slice
  /// @param sizes positions and bytes of the events that it asks for, and of one more
  public static Extent of(Slice asked, List<Size> sizes, long waiting) {
    long bytes = 0;
    int events = 0;
    while (events < Math.min(asked.limit(), sizes.size())) {
      long next = sizes.get(events).bytes();
      if (events > 0 && bytes + next > asked.bytes()) {
        break;
      }
      bytes += next;
      events++;
    }
    long after = asked.after();
    if (events > 0) {
      long first = sizes.getFirst().position();
      after = asked.ascending() ? first - 1 : first + 1;
    }
    return new Extent(asked.exactly(after, events), bytes, sizes.size() > events, waiting);
  }

  /// A stretch that is not cut.
  ///
  /// @param events how many there are of the slice that was asked for
  /// @param last the highest of their positions
  public static Extent whole(Slice asked, int events, long bytes, long last) {
    long after = asked.ascending() || events == 0 ? asked.after() : last + 1;
    return new Extent(asked.exactly(after, events), bytes, false, 0);
  }

  /// How much one event is.
  public record Size(long position, long bytes) {}
}
