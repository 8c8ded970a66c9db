package dev.drover.store.sql;

import dev.drover.session.Feed;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import dev.drover.store.SessionState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The notifications of a unit of work, published once the unit is durable. One thread.
public final class AfterCommit {
  private final List<Consumer<Publisher>> notes = new ArrayList<>();

  void received(SessionId session, List<Queued> events, List<Stored> logged) {
    notes.add(publisher -> publisher.received(session, events, logged));
  }

  void logged(SessionId session, List<Stored> events) {
    if (!events.isEmpty()) {
      notes.add(publisher -> publisher.logged(session, events));
    }
  }

  public void deleted(SessionId session, Feed.Item.Shown last) {
    notes.add(publisher -> publisher.deleted(session, last));
  }

  /// Adds the notification that a session has unfinished work and no node, if that is the case.
  void freed(SessionId session, SessionState state) {
    if (state.isFree() && state.owesWork()) {
      freed(session);
    }
  }

  void freed(SessionId session) {
    notes.add(publisher -> publisher.freed(session));
  }

  /// Adds an action that needs no publisher.
  void also(Runnable action) {
    notes.add(_ -> action.run());
  }

  void publish(Publisher publisher) {
    notes.forEach(note -> note.accept(publisher));
  }
}
