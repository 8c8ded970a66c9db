package dev.drover.reading;

import dev.drover.base.Utf8;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.tools.McpNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// A search in the log of one thread of a session. It sees the events that clients see, reads at
/// most [#MOST] events, and takes about two seconds at most; then it says where to continue. For
/// one search; one thread.
public final class EventSearch {
  /// The maximum number of events that one search reads.
  static final int MOST = 50_000;

  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int AT_ONCE = 500;

  /// The number of uses or results that are read at once to find the one that belongs to another
  /// event, and the maximum number of them. Between a call and its result there are only other
  /// calls and results of the same reply.
  private static final int AT_A_LOOK = 20;

  private static final int LOOKS = 1_000;

  /// The number of calls whose names are remembered.
  private static final int NAMES = 2_000;

  private final EventLog log;
  private final SessionId session;
  private final ThreadKey thread;
  private final LongSupplier nanos;
  private final long start;
  private final int most;
  private final Map<EventId, List<String>> names = new HashMap<>();
  private int read;

  /// @param nanos a clock, such as [System#nanoTime]
  public EventSearch(EventLog log, SessionId session, ThreadKey thread, LongSupplier nanos) {
    this(log, session, thread, nanos, MOST);
  }

  /// @param most the maximum number of events that are read
  EventSearch(EventLog log, SessionId session, ThreadKey thread, LongSupplier nanos, int most) {
    this.log = log;
    this.session = session;
    this.thread = thread;
    this.nanos = nanos;
    this.most = most;
    start = nanos.getAsLong();
  }

  /// What a search found.
  ///
  /// @param events in the direction of reading
  /// @param more the position after which to continue, in the direction of reading; empty if the
  ///   whole range was searched
  public record Found(List<Stored> events, OptionalLong more) {
    public Found {
      events = List.copyOf(events);
    }
  }

  /// Finds events.
  ///
  /// @param limit the maximum number of events
  /// @param bytes the maximum size of these events, in bytes of their JSON; at least one is found,
  ///   whatever its size
  /// @throws InterruptedException if the thread is interrupted meanwhile
  public Found find(EventFilter filter, EventRange range, int limit, long bytes)
      throws InterruptedException {
    var events = new ArrayList<Stored>();
    if (filter.isEmpty()) {
      return new Found(events, OptionalLong.empty());
    }
    var types = filter.read();
    long left = bytes;
    long at = range.start();
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      var page = log.getEvents(session, slice(at, AT_ONCE, range, types));
      if (page.isEmpty()) {
        return new Found(events, OptionalLong.empty());
      }
      for (var stored : page) {
        if (range.isPast(stored.position())) {
          return new Found(events, OptionalLong.empty());
        }
        if (at != range.start() && isOver()) {
          return new Found(events, OptionalLong.of(at));
        }
        read++;
        if (finds(filter, stored)) {
          long size = Utf8.length(stored.json());
          if (!events.isEmpty() && (events.size() >= limit || size > left)) {
            return new Found(events, OptionalLong.of(at));
          }
          events.add(stored);
          left -= size;
        }
        at = stored.position();
      }
    }
  }

  private boolean isOver() {
    return read >= most || nanos.getAsLong() - start > LIMIT.toNanos();
  }

  private Slice slice(long at, int limit, EventRange range, Set<String> types) {
    return new Slice(
        at,
        limit,
        range.ascending(),
        types,
        true,
        range.from(),
        range.to(),
        Optional.of(thread),
        Slice.BYTES);
  }

  private boolean finds(EventFilter filter, Stored stored) {
    var event = stored.event();
    return event.isVisible()
        && filter.takes(event)
        && filter.tool().map(tool -> isOf(tool, stored)).orElse(true)
        && filter.isIn(event);
  }

  /// Whether an event is a call of a tool, or the result of one.
  private boolean isOf(String tool, Stored stored) {
    return switch (stored.event()) {
      case Event.ToolUse use -> names(use).contains(tool);
      case Event.ToolResult result -> {
        var known = Optional.ofNullable(names.get(result.toolUseId()));
        yield known
            .or(() -> use(result.toolUseId(), stored.position()).map(this::names))
            .map(all -> all.contains(tool))
            .orElse(false);
      }
      default -> false;
    };
  }

  private List<String> names(Stored stored) {
    return stored.event() instanceof Event.ToolUse use ? names(use) : List.of();
  }

  /// The names by which a tool is known. They are remembered for the result of the call.
  private List<String> names(Event.ToolUse use) {
    if (names.size() >= NAMES) {
      names.clear();
    }
    var own =
        use instanceof Event.AgentMcpToolUse mcp
            ? List.of(mcp.name(), McpNames.of(mcp.server(), mcp.name()))
            : List.of(use.name());
    names.put(use.id(), own);
    return own;
  }

  /// The visible event at a position, if it is of one of these types and of this thread.
  Optional<Stored> at(long position, Set<String> types) {
    var range = EventRange.of(Optional.empty(), Optional.empty()).following(position + 1);
    return log.getEvents(session, slice(position + 1, 1, range, types)).stream()
        .filter(stored -> stored.position() == position && stored.event().isVisible())
        .findFirst();
  }

  /// The call with this id, if it is below a position.
  Optional<Stored> use(EventId id, long below) {
    return near(below, false, EventFilter.USES, stored -> stored.event().id().equals(id));
  }

  /// A call together with its result, or a result together with its call; another event alone.
  ///
  /// @param below only events below this position
  List<Stored> whole(Stored stored, long below) {
    return switch (stored.event()) {
      case Event.ToolUse use ->
          result(use.id(), stored.position())
              .filter(result -> result.position() < below)
              .map(result -> List.of(stored, result))
              .orElse(List.of(stored));
      case Event.ToolResult result ->
          use(result.toolUseId(), stored.position())
              .map(use -> List.of(use, stored))
              .orElse(List.of(stored));
      default -> List.of(stored);
    };
  }

  private Optional<Stored> result(EventId use, long after) {
    return near(
        after,
        true,
        EventFilter.RESULTS,
        stored ->
            stored.event() instanceof Event.ToolResult result && result.toolUseId().equals(use));
  }

  private Optional<Stored> near(
      long start, boolean ascending, Set<String> types, Predicate<Stored> isIt) {
    var range = new EventRange(ascending, 0, Long.MAX_VALUE, Optional.empty(), Optional.empty());
    long at = start;
    for (int looked = 0; looked < LOOKS; ) {
      var page = log.getEvents(session, slice(at, AT_A_LOOK, range, types));
      if (page.isEmpty()) {
        return Optional.empty();
      }
      read += page.size();
      looked += page.size();
      at = page.getLast().position();
      page.forEach(this::names); // they are often the next ones that are asked for
      var found = page.stream().filter(isIt).findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }
}
