package dev.drover.session;

import dev.drover.catalog.McpServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// The events of a log that have an effect on requests however old they are: the newest list of
/// tools of each MCP server, the newest clone and the newest failed one of each repository, and the
/// end of the last turn, after which failures are forgotten. A fold; one thread.
public final class Standing {
  private final Map<McpServer, Long> listed = new HashMap<>();
  private final Map<SessionResourceId, Long> cloned = new HashMap<>();
  private final Map<SessionResourceId, Long> failed = new HashMap<>();
  private long idle;

  /// Adds the next event, in the order of the log. Events that have no effect may be left out.
  public void add(long position, Event event) {
    switch (event) {
      case Event.ToolsListed e -> listed.put(e.server(), position);
      case Event.RepositoryCloned e when e.skills().isPresent() ->
          cloned.put(e.repository(), position);
      case Event.RepositoryCloned e -> failed.put(e.repository(), position);
      case Event.Continued e when e.note().isPresent() -> cloned.clear(); // empty directories
      case Event.StatusIdle _ -> idle = position;
      default -> {}
    }
  }

  /// Their positions, as far as they are before `position`, in increasing order.
  public List<Long> before(long position) {
    var events =
        Stream.of(listed, cloned, failed)
            .flatMap(positions -> positions.values().stream())
            .filter(one -> one < position)
            .mapToLong(Long::longValue)
            .toArray();
    boolean ended = events.length > 0 && idle > 0 && idle < position;
    return LongStream.concat(
            LongStream.of(events), ended ? LongStream.of(idle) : LongStream.empty())
        .sorted()
        .boxed()
        .toList();
  }
}
