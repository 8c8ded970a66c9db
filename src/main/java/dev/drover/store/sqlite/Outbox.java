package dev.drover.store.sqlite;

import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import java.util.ArrayList;
import java.util.List;

/// What a unit of work has to say to listeners once it is durable. One thread.
final class Outbox {
  private record Note(SessionId session, List<Feed.Item.Shown> items) {}

  private final List<Note> notes = new ArrayList<>();

  void add(SessionId session, List<Feed.Item.Shown> items) {
    if (!items.isEmpty()) {
      notes.add(new Note(session, items));
    }
  }

  void publish(Feed feed) {
    notes.forEach(note -> feed.publish(note.session(), note.items()));
  }
}
