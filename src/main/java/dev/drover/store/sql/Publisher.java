package dev.drover.store.sql;

import dev.drover.session.Feed;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import java.util.List;

/// The publisher of commits, called in the order of each session's commits. It is called on the
/// committing thread and must not block for long.
public interface Publisher {
  /// Notifies the observers of a feed if events change the state of a session, see
  /// [Feed.Observer#changed].
  static void observe(Feed feed, SessionId session, List<Stored> events) {
    if (feed.isObserved() && events.stream().anyMatch(stored -> stored.event().changesState())) {
      feed.changed(session);
    }
  }

  /// Called when events were received, some of them directly into the log.
  ///
  /// @param logged the events that are in the log
  void received(SessionId session, List<Queued> events, List<Stored> logged);

  /// Called when events were appended.
  void logged(SessionId session, List<Stored> events);

  /// Called when the session was deleted.
  void deleted(SessionId session, Feed.Item.Shown last);

  /// Called when no node holds the session and it may have unfinished work.
  void freed(SessionId session);
}
