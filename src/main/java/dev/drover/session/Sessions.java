package dev.drover.session;

import dev.drover.base.Page;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;

/// The store of sessions. A change is durable when its call returns. Safe for many threads;
/// blocking.
public interface Sessions {
  /// Stores a new session and receives its first events, all or nothing. If there are events, the
  /// session is claimed and will run.
  ///
  /// @return the lease if the session was claimed; the caller must wake a brain with it
  Optional<Lease> create(Session session, List<Event.FromClient> events);

  /// Stores a new session that continues the log of another one, which is not changed: the events
  /// up to a place where nothing is open are copied with their ids, times and hidden data, and
  /// [Event.Forked] is appended. If a turn goes on at that place, events that end it stand between.
  /// The resources of the other session are copied as they are now, with their ids; only the
  /// session's own copies of files have new ones. So are the versions of its skills, and the newest
  /// snapshot that was taken at that place or before.
  ///
  /// @param at up to where the log is copied
  /// @param files whether to copy the snapshot
  /// @param make returns the new session, without resources, for the other one as it is now, or
  ///   throws to refuse. It runs while that session is locked, and may run again if the transaction
  ///   is retried
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if something is open at that
  ///   place, or if something cannot be copied
  Fork fork(
      WorkspaceId workspace,
      SessionId id,
      ForkPoint at,
      boolean files,
      UnaryOperator<Session> make);

  /// The newest position in the log at which nothing is open, as for [ForkPoint.Newest]; 0 is
  /// before the first event.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if an event cannot be read
  long settledAt(WorkspaceId workspace, SessionId id);

  /// Stores a new session whose log begins with the events of a session that was exported: they
  /// keep their ids, times and hidden data, and [Event.Imported] is appended. The log is verified
  /// before anything is stored.
  ///
  /// @param session the new session, without resources
  /// @return the session with its progress
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if the log is not as Drover writes it, or if
  ///   something is open at its end
  Session importSession(Session session, ExportedLog log);

  /// Changes the agent, the title, the metadata or the budget of a session, and appends
  /// [Event.SessionUpdated] if any of them differs.
  ///
  /// @param change returns the new session for the present one, or throws to refuse. It runs while
  ///   the session is locked, and may run again if the transaction is retried
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if the session is terminated,
  ///   or if the agent would change while the session is not idle
  Updated update(WorkspaceId workspace, SessionId id, UnaryOperator<Session> change);

  /// Appends [Event.CompactionRequested] for the primary thread. It may be running, and goes on.
  ///
  /// @return the position of the event
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if the session is terminated
  long requestCompaction(WorkspaceId workspace, SessionId id, Optional<String> instructions);

  /// The result of an update.
  ///
  /// @param lease present if a paused turn may continue and no node held the session; the caller
  ///   must wake a brain with it
  record Updated(Session session, Optional<Lease> lease) {}

  /// @throws dev.drover.base.Problem `NOT_FOUND` if there is no such session in the workspace
  Session getSession(WorkspaceId workspace, SessionId id);

  /// A session of any workspace, for the brain.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` if there is no such session
  Session getSession(SessionId id);

  /// A page of sessions, with cursors to the next and the previous page.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is malformed, belongs to
  ///   the other order, or lies outside `from` and `to`
  Page<Session> list(WorkspaceId workspace, Listing listing);

  /// A page of the sessions that wait for a person: their turns are paused, see
  /// [StopReason#isPause], and they are not archived. The one whose log has been unchanged for the
  /// longest time comes first.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is malformed or belongs to
  ///   another list
  Page<Session> waiting(WorkspaceId workspace, Waiting which);

  /// Which of the waiting sessions to list.
  ///
  /// @param limit the maximum number of items on a page, at least 1
  /// @param page the cursor `next` of another page; empty for the first page
  /// @param reason those that wait for this; empty for all
  record Waiting(int limit, Optional<String> page, Optional<Overview.Wait> reason) {}

  /// The number of sessions that wait for a person; [#MOST_COUNTED] means that number or more.
  long countWaiting(WorkspaceId workspace);

  /// The number up to which waiting sessions are counted.
  int MOST_COUNTED = 1_000;

  /// The states of sessions of any workspace, for the streams of changes; those that do not exist
  /// are absent.
  ///
  /// @param ids at most [#OVERVIEWS]
  List<Overview> overviews(List<SessionId> ids);

  /// The maximum number of sessions whose states are read at once.
  int OVERVIEWS = 100;

  /// Ends a session for good and appends [Event.StatusTerminated]. Idempotent.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` while it runs or is rescheduled
  Session archive(WorkspaceId workspace, SessionId id);

  /// Removes a session with its log and inbox, and publishes [Event.Deleted]. The same transaction
  /// adds the job that removes its workspace, see [Job#REMOVE_WORKSPACE].
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` while it runs
  void delete(WorkspaceId workspace, SessionId id);

  /// @param limit the maximum number of items on a page, at least 1
  /// @param page the cursor `next` or `previous` of another page; empty for the first page
  /// @param ascending whether the oldest come first, by creation
  /// @param statuses sessions with any of these statuses; empty for all
  /// @param agent sessions made from this agent; empty for any
  /// @param agentVersion sessions made from this version of the agent; empty for any
  /// @param store sessions that have this memory store; empty for all
  /// @param from the earliest `created_at`, inclusive
  /// @param to the latest `created_at`, inclusive
  record Listing(
      int limit,
      Optional<String> page,
      boolean ascending,
      boolean includeArchived,
      Set<Status> statuses,
      Optional<AgentId> agent,
      OptionalInt agentVersion,
      Optional<MemoryStoreId> store,
      Optional<Instant> from,
      Optional<Instant> to) {
    public Listing {
      statuses = Set.copyOf(statuses);
    }
  }
}
