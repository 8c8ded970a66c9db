package dev.drover.store.postgres;

import dev.drover.base.Ids;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.store.Shown;
import dev.drover.store.sql.EventRows;
import dev.drover.store.sql.InboxRows;
import dev.drover.store.sql.Publisher;
import dev.drover.store.sql.Readers;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The relay of sessions to the listeners of this node, whichever node writes them. Each event is
/// shown once, in the order of the log.
///
/// For each session with listeners, it tracks the position up to which the session was shown. A
/// commit of this node that directly follows is shown at once; after any other commit, or a hint,
/// the rest is read from the log.
final class FeedRelay implements Publisher, Feed.Watcher {
  private static final System.Logger LOG = System.getLogger(FeedRelay.class.getName());

  /// The number of events read at once.
  private static final int PAGE = 500;

  /// The number of sessions queried at once.
  private static final int ASKED = 200;

  private final Feed feed;
  private final Readers readers;
  private final Hints hints;
  private final Ids ids;
  private final InstantSource clock;
  private final Map<SessionId, StreamPosition> places = new ConcurrentHashMap<>();

  FeedRelay(Feed feed, Readers readers, Hints hints, Ids ids, InstantSource clock) {
    this.feed = feed;
    this.readers = readers;
    this.hints = hints;
    this.ids = ids;
    this.clock = clock;
  }

  // Commits of this node

  @Override
  public void received(SessionId session, List<Queued> events, List<Stored> logged) {
    hints.changed(session);
    var place = places.get(session);
    if (place != null && !place.received(events, logged)) {
      readSoon(session, place);
    }
    feed.changed(session); // it goes on
  }

  @Override
  public void logged(SessionId session, List<Stored> events) {
    hints.logged(session, events.getLast().position());
    var place = places.get(session);
    if (place != null && !place.logged(events)) {
      readSoon(session, place);
    }
    Publisher.observe(feed, session, events);
  }

  @Override
  public void deleted(SessionId session, Feed.Item.Shown last) {
    hints.changed(session);
    feed.relay(session, List.of(last));
    feed.changed(session);
  }

  @Override
  public void freed(SessionId session) {
    hints.freed(session);
  }

  // Listeners of this node

  @Override
  public void opening(SessionId session) {
    var place =
        places.compute(
            session,
            (_, known) -> {
              var its =
                  known == null ? new StreamPosition(items -> feed.relay(session, items)) : known;
              its.listeners++;
              return its;
            });
    try {
      boolean fresh =
          place.begin(() -> InboxRows.inbox(readers.call(db -> InboxRows.read(db, session))));
      if (!fresh && hints.hasPeers()) {
        catchUp(session, place); // a new listener must not be shown earlier events
      }
    } catch (RuntimeException e) {
      closed(session);
      throw e;
    }
    hints.interested(session);
  }

  @Override
  public void closed(SessionId session) {
    places.computeIfPresent(
        session,
        (_, place) -> {
          if (--place.listeners > 0) {
            return place;
          }
          place.retire();
          return null;
        });
  }

  @Override
  public Set<EventId> heardElsewhere(SessionId session, List<EventId> events) {
    return hints.askHeard(session, events);
  }

  /// Those of a session's events that listeners of this node have received; the answer to another
  /// node's question.
  Set<EventId> heard(SessionId session, List<EventId> events) {
    return feed.heardHere(session, events);
  }

  @Override
  public void previewed(SessionId session, Feed.Item preview) {
    hints.preview(session, preview);
  }

  // Commits of other nodes

  /// Called when another node has written to the session.
  void changed(SessionId session) {
    readSoon(session);
    feed.changed(session);
  }

  private void readSoon(SessionId session) {
    var place = places.get(session);
    if (place != null) {
      readSoon(session, place);
    }
  }

  /// Called when another node publishes a preview.
  void previewedElsewhere(SessionId session, long after, Feed.Item preview) {
    var place = places.get(session);
    if (place != null && !place.preview(after, preview)) {
      readSoon(session, place);
    }
  }

  /// Checks for missed commits, in case a hint was lost. Cheap for sessions without any.
  void lookAgain() {
    var sessions = List.copyOf(places.keySet());
    for (int from = 0; from < sessions.size(); from += ASKED) {
      var some = sessions.subList(from, Math.min(sessions.size(), from + ASKED));
      record Row(SessionId id, long head, long received) {}
      var values = new Object[ASKED];
      for (int i = 0; i < ASKED; i++) {
        values[i] = some.get(Math.min(i, some.size() - 1)).value();
      }
      var rows =
          readers.call(
              db ->
                  db.list(
                      "SELECT id, head, received FROM session WHERE id IN ("
                          + EventRows.marks(ASKED)
                          + ")",
                      row ->
                          new Row(new SessionId(row.getString(1)), row.getLong(2), row.getLong(3)),
                      values));
      var gone = new ArrayList<>(some);
      for (var row : rows) {
        gone.remove(row.id);
        var place = places.get(row.id);
        if (place != null && place.isBehind(row.head, row.received)) {
          readSoon(row.id, place);
        }
      }
      gone.forEach(this::readSoon);
      some.forEach(hints::interested);
    }
  }

  private void readSoon(SessionId session, StreamPosition place) {
    if (place.wantsReading()) {
      Thread.ofVirtual().name("tail-" + session).start(() -> read(session, place));
    }
  }

  private void read(SessionId session, StreamPosition place) {
    try {
      while (place.takesReading()) {
        int previews = place.previews();
        if (!catchUp(session, place)) {
          feed.relay(session, List.of(farewell()));
          return;
        }
        place.showPreviews(previews);
      }
    } catch (RuntimeException | Error e) {
      place.readingFailed();
      LOG.log(Level.WARNING, "the stream of session " + session + " is delayed: " + e);
    }
  }

  /// Shows everything that is in the log and the inbox now.
  ///
  /// @return false if the session was deleted
  private boolean catchUp(SessionId session, StreamPosition place) {
    while (true) {
      var slice = Slice.after(place.head(), PAGE);
      var events =
          readers.call(db -> EventRows.slice(db, session, slice)).stream()
              .map(EventRows.Raw::read)
              .toList();
      var inbox = readers.call(db -> InboxRows.read(db, session));
      if (inbox.isEmpty()) {
        return false;
      }
      if (place.read(events, InboxRows.inbox(inbox))) {
        return true;
      }
    }
  }

  /// The last item of a session that another node deleted. That node has published its own.
  private Feed.Item.Shown farewell() {
    var event = new Event.Deleted(new EventId(ids.next(EventId.PREFIX)));
    return Shown.ofSession(event, clock.instant());
  }
}
