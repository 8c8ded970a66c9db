package dev.drover.store.sql;

import dev.drover.session.Feed;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import java.util.List;

/// Shows what was committed, in the order of commits of each session. Called by the thread that
/// committed; must not block for long.
public interface Publisher {
  /// Events were received, some of them straight into the log.
  ///
  /// @param logged those of them, as they are in the log
  void received(SessionId session, List<Queued> events, List<Stored> logged);

  /// Events were appended.
  void logged(SessionId session, List<Stored> events);

  /// The session is gone.
  void deleted(SessionId session, Feed.Item.Shown last);

  /// Nobody holds the session any more, or yet; it may owe work.
  void freed(SessionId session);
}
