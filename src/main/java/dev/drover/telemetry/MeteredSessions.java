package dev.drover.telemetry;

import dev.drover.base.Page;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Event;
import dev.drover.session.ExportedLog;
import dev.drover.session.Fork;
import dev.drover.session.ForkPoint;
import dev.drover.session.Lease;
import dev.drover.session.Overview;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Sessions whose first events are counted, and whose first turns are timed, like those that are
/// sent later.
record MeteredSessions(Sessions sessions, Meters meters, Turns turns) implements Sessions {
  @Override
  public Optional<Lease> create(Session session, List<Event.FromClient> events) {
    if (events.isEmpty()) {
      return sessions.create(session, events);
    }
    int messages = (int) events.stream().filter(Event.UserMessage.class::isInstance).count();
    turns.asked(session.id(), events.size(), messages);
    boolean created = false;
    try {
      var lease = sessions.create(session, events);
      created = true;
      turns.startsHere(session.id());
      events.forEach(event -> meters.received.increment(MeteredLog.type(event)));
      return lease;
    } finally {
      if (!created) {
        turns.refused(session.id(), events.size());
      }
    }
  }

  @Override
  public Fork fork(
      WorkspaceId workspace,
      SessionId id,
      ForkPoint at,
      boolean files,
      UnaryOperator<Session> make) {
    return sessions.fork(workspace, id, at, files, make);
  }

  @Override
  public long settledAt(WorkspaceId workspace, SessionId id) {
    return sessions.settledAt(workspace, id);
  }

  @Override
  public Session importSession(Session session, ExportedLog log) {
    return sessions.importSession(session, log);
  }

  @Override
  public Updated update(WorkspaceId workspace, SessionId id, UnaryOperator<Session> change) {
    return sessions.update(workspace, id, change);
  }

  @Override
  public long requestCompaction(
      WorkspaceId workspace, SessionId id, Optional<String> instructions) {
    return sessions.requestCompaction(workspace, id, instructions);
  }

  @Override
  public Session getSession(WorkspaceId workspace, SessionId id) {
    return sessions.getSession(workspace, id);
  }

  @Override
  public Session getSession(SessionId id) {
    return sessions.getSession(id);
  }

  @Override
  public Page<Session> list(WorkspaceId workspace, Listing listing) {
    return sessions.list(workspace, listing);
  }

  @Override
  public Page<Session> waiting(WorkspaceId workspace, Waiting which) {
    return sessions.waiting(workspace, which);
  }

  @Override
  public long countWaiting(WorkspaceId workspace) {
    return sessions.countWaiting(workspace);
  }

  @Override
  public List<Overview> overviews(List<SessionId> ids) {
    return sessions.overviews(ids);
  }

  @Override
  public Session archive(WorkspaceId workspace, SessionId id) {
    return sessions.archive(workspace, id);
  }

  @Override
  public void delete(WorkspaceId workspace, SessionId id) {
    sessions.delete(workspace, id);
  }
}
