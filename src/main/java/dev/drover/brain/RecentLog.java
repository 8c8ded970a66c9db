package dev.drover.brain;

import dev.drover.base.Utf8;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Inherited;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The part of a session's log that requests of a thread depend on: the events from the first one
/// of the thread's newest chapter on, and the few older ones that the chapter inherits. It is the
/// whole log if there is no chapter, if an older version has begun it, or if the log is short. What
/// follows from it is the same in each case. It is read once and then kept up to date. One thread.
final class RecentLog {
  private static final int PAGE = 1_000;

  /// The longest log that is read from its beginning in any case if it is small.
  private static final int SHORT = 100;

  /// The wire type of [Event.ContextOpened].
  private static final String CHAPTER = "drover.context";

  private final EventLog log;
  private final SessionId session;
  private final ThreadKey thread;
  private @Nullable Base base;
  private @Nullable List<Stored> events;
  private long bytes = -1;

  /// Where reading begins.
  ///
  /// @param first the position of the first event
  /// @param older the older events that are needed
  private record Base(long first, List<Stored> older) {
    static final Base BEGINNING = new Base(1, List.of());
  }

  RecentLog(EventLog log, SessionId session, ThreadKey thread) {
    this.log = log;
    this.session = session;
    this.thread = thread;
  }

  /// The events up to a position, private events and those of other threads included.
  ///
  /// @param end not less than at an earlier call
  List<Stored> events(long end) {
    if (events == null) {
      var from = base(end);
      var all = new ArrayList<>(from.older);
      long position = from.first - 1;
      while (position < end) {
        int limit = (int) Math.min(PAGE, end - position);
        var page = log.getEvents(session, exactly(position, limit));
        if (page.isEmpty()) {
          break;
        }
        all.addAll(page);
        position = page.getLast().position();
      }
      events = all;
    }
    return events;
  }

  /// The events before those of [#events].
  Past past(long end) {
    return Past.of(log, session, thread, base(end).first);
  }

  /// The size of the events up to a position, in bytes. It is measured once and then kept up to
  /// date. What fits is read at once, because it will be needed: measuring it first takes longer
  /// than reading it.
  ///
  /// @param fitting the size of the largest log to read, in bytes
  long bytes(long end, long fitting) {
    if (bytes < 0 && events == null && !readSmall(end, fitting)) {
      var from = base(end);
      bytes = log.measure(session, exactly(from.first - 1, Integer.MAX_VALUE)).bytes();
      grow(from.older);
    } else if (bytes < 0) {
      bytes = 0;
      grow(events(end));
    }
    return bytes;
  }

  /// Adds the events that follow in the log.
  void add(List<Stored> next) {
    grow(next);
    if (events != null) {
      events.addAll(next);
    }
    if (next.stream().anyMatch(this::isChapter)) {
      forget();
      base = null;
      bytes = -1;
    }
  }

  /// Frees the memory of [#events]; the next call reads the log again.
  void forget() {
    events = null;
  }

  /// Reads the events if they are small. A short log is not searched for a chapter before.
  private boolean readSmall(long end, long fitting) {
    return (base == null && end <= SHORT && readSmall(Base.BEGINNING, end, fitting))
        || readSmall(base(end), end, fitting);
  }

  private boolean readSmall(Base from, long end, long fitting) {
    if (end - from.first >= PAGE) {
      return false;
    }
    var page = log.getEvents(session, Slice.after(from.first - 1, PAGE).within(PAGE, fitting));
    var all = new ArrayList<>(from.older);
    page.stream().filter(one -> one.position() <= end).forEach(all::add);
    if ((all.isEmpty() ? 0 : all.getLast().position()) != end) {
      return false;
    }
    base = from;
    events = all;
    return true;
  }

  private void grow(List<Stored> more) {
    if (bytes >= 0) {
      for (var stored : more) {
        var hidden = stored.hidden();
        bytes += Utf8.length(stored.json());
        bytes += hidden == null ? 0 : Utf8.length(hidden.toString());
      }
    }
  }

  private boolean isChapter(Stored stored) {
    return stored.event() instanceof Event.ContextOpened && stored.thread().equals(thread);
  }

  private Base base(long end) {
    if (base == null) {
      base = newest(end);
    }
    return base;
  }

  /// The beginning of the newest chapter that says what it inherits. A later chapter that does not
  /// is in the events that follow, as is everything that it needs.
  private Base newest(long end) {
    long before = end + 1;
    while (true) {
      var found = log.getEvents(session, chapterBefore(before)).stream().findFirst();
      if (found.isEmpty()) {
        return Base.BEGINNING;
      }
      if (found.get().event() instanceof Event.ContextOpened opened
          && opened.inherited().isPresent()) {
        return new Base(opened.from(), older(opened.inherited().get()));
      }
      before = found.get().position();
    }
  }

  private List<Stored> older(Inherited inherited) {
    return inherited.standing().stream()
        .flatMap(position -> log.getEvents(session, exactly(position - 1, 1)).stream())
        .toList();
  }

  private Slice chapterBefore(long position) {
    return new Slice(position, 1, false, Set.of(CHAPTER), false, Optional.empty(), Optional.empty())
        .of(thread);
  }

  /// A slice without a limit in bytes: its size is known, or it is one event.
  private static Slice exactly(long after, int limit) {
    return Slice.after(after, limit).within(limit, Long.MAX_VALUE);
  }
}
