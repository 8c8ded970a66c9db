package dev.drover.session;

import java.util.List;

/// The extent of a slice of a log: how many events it has and how large they are.
///
/// @param slice a slice of exactly these events, which can be read without a limit in bytes
/// @param bytes the size of the events in the store, in bytes
/// @param more whether more events of the requested slice follow
/// @param waiting the size of the events in the session's inbox, in bytes
public record Extent(Slice slice, long bytes, boolean more, long waiting) {
  /// The extent of a slice that ends before the event which would exceed the slice's bytes. It has
  /// at least one event if there is any.
  ///
  /// @param asked the requested slice
  /// @param sizes the positions and sizes of the requested events, and of one more
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

  /// The extent of a whole slice.
  ///
  /// @param events the number of events in the requested slice
  /// @param last the highest of their positions
  public static Extent whole(Slice asked, int events, long bytes, long last) {
    long after = asked.ascending() || events == 0 ? asked.after() : last + 1;
    return new Extent(asked.exactly(after, events), bytes, false, 0);
  }

  /// The position and size of one event, in bytes.
  public record Size(long position, long bytes) {}
}
