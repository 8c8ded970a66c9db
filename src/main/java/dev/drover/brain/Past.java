package dev.drover.brain;

import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The events of a thread that are older than those in memory, as far as an [Opening] can hold
/// them: the first message of a user, and the newest messages and calls. They are read when a
/// chapter begins, newest first, so that most of a long log is not read. Safe for many threads.
interface Past {
  /// The past of a thread whose whole log is in memory.
  Past NONE = List::of;

  /// The events, in the order of the log.
  List<Stored> events();

  /// @param before the position before which events are not in memory
  static Past of(EventLog log, SessionId session, ThreadKey thread, long before) {
    return before <= 1 ? NONE : () -> new Reading(log, session, thread, before).events();
  }

  /// One reading of a past.
  ///
  /// @param before the position before which events are read
  record Reading(EventLog log, SessionId session, ThreadKey thread, long before) {
    private static final int PAGE = 200;

    /// How much of each kind is read, as an estimate: more than the largest [Opening.Budget].
    private static final double MOST = 10_000;

    /// The limit on the size of the messages or calls together, in characters of their JSON.
    private static final long LONGEST = 8L << 20;

    private static final String USER = "user.message";
    private static final String SYSTEM = "system.message";
    private static final Set<String> ACTIONS =
        Set.of(
            "agent.message",
            "agent.tool_use",
            "agent.tool_result",
            "agent.mcp_tool_use",
            "agent.mcp_tool_result",
            "agent.custom_tool_use",
            "user.custom_tool_result");

    List<Stored> events() {
      var users = newest(Set.of(USER));
      var oldest = users.isEmpty() ? Optional.<Stored>empty() : first();
      return Stream.of(
              oldest.stream().filter(one -> one.position() < users.getFirst().position()).toList(),
              users,
              newest(Set.of(SYSTEM)),
              newest(ACTIONS))
          .flatMap(List::stream)
          .sorted(Comparator.comparingLong(Stored::position))
          .toList();
    }

    private Optional<Stored> first() {
      return log.getEvents(session, slice(0, 1, true, Set.of(USER))).stream().findFirst();
    }

    /// The newest events of these types, in the order of the log.
    private List<Stored> newest(Set<String> types) {
      Deque<Stored> found = new ArrayDeque<>();
      double tokens = 0;
      long characters = 0;
      long position = before;
      while (true) {
        var page = log.getEvents(session, slice(position, PAGE, false, types));
        for (var stored : page) {
          found.addFirst(stored);
          tokens += estimate(stored.event());
          characters += stored.json().length();
          if (tokens > MOST || characters > LONGEST) {
            return new ArrayList<>(found);
          }
        }
        if (page.isEmpty()) {
          return new ArrayList<>(found);
        }
        position = page.getLast().position();
      }
    }

    private Slice slice(long after, int limit, boolean ascending, Set<String> types) {
      return new Slice(after, limit, ascending, types, false, Optional.empty(), Optional.empty())
          .of(thread);
    }

    /// The estimate for the line of an event in an opening.
    private static double estimate(Event event) {
      return switch (event) {
        case Event.UserMessage e -> Opening.estimate(e.content());
        case Event.SystemMessage e -> Opening.estimate(e.content());
        default -> Digest.estimate(event);
      };
    }
  }
}
