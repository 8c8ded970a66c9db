package dev.drover.testing;

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

/// Other sessions seen through one's own eyes: override what should go otherwise.
public interface SessionsView extends Sessions {
  /// The sessions behind it.
  Sessions sessions();

  @Override
  default Optional<Lease> create(Session session, List<Event.FromClient> events) {
    return sessions().create(session, events);
  }

  @Override
  default Fork fork(
      WorkspaceId workspace,
      SessionId id,
      ForkPoint at,
      boolean files,
      UnaryOperator<Session> make) {
    return sessions().fork(workspace, id, at, files, make);
  }

  @Override
  default long settledAt(WorkspaceId workspace, SessionId id) {
    return sessions().settledAt(workspace, id);
  }

  @Override
  default Session importSession(Session session, ExportedLog log) {
    return sessions().importSession(session, log);
  }

  @Override
  default Updated update(WorkspaceId workspace, SessionId id, UnaryOperator<Session> change) {
    return sessions().update(workspace, id, change);
  }

  @Override
  default long requestCompaction(
      WorkspaceId workspace, SessionId id, Optional<String> instructions) {
    return sessions().requestCompaction(workspace, id, instructions);
  }

  @Override
  default Session getSession(WorkspaceId workspace, SessionId id) {
    return sessions().getSession(workspace, id);
  }

  @Override
  default Session getSession(SessionId id) {
    return sessions().getSession(id);
  }

  @Override
  default Page<Session> list(WorkspaceId workspace, Listing listing) {
    return sessions().list(workspace, listing);
  }

  @Override
  default Page<Session> waiting(WorkspaceId workspace, Waiting which) {
    return sessions().waiting(workspace, which);
  }

  @Override
  default long countWaiting(WorkspaceId workspace) {
    return sessions().countWaiting(workspace);
  }

  @Override
  default List<Overview> overviews(List<SessionId> ids) {
    return sessions().overviews(ids);
  }

  @Override
  default Session archive(WorkspaceId workspace, SessionId id) {
    return sessions().archive(workspace, id);
  }

  @Override
  default void delete(WorkspaceId workspace, SessionId id) {
    sessions().delete(workspace, id);
  }
}
