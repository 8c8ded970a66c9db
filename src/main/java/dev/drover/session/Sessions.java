package dev.drover.session;

import dev.drover.base.Page;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Keeps sessions. Durable when a call returns; safe for many threads; blocking.
public interface Sessions {
  /// Keeps a new session and receives its first events, all or nothing. With events it is about to
  /// run, and claimed.
  ///
  /// @return the lease of a session that was claimed: the caller must wake a brain with it
  Optional<Lease> create(Session session, List<Event.FromClient> events);

  /// Changes the agent, the title, the metadata or the budget of a session, and appends
  /// [Event.SessionUpdated] if any of them is other than before.
  ///
  /// @param change makes the new session of the present one; refuses by throwing. It runs while the
  ///   session is locked, and again if that was in vain
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if the session is over, or the
  ///   agent would change while it is not idle
  Updated update(WorkspaceId workspace, SessionId id, UnaryOperator<Session> change);

  /// What came of an update.
  ///
  /// @param lease present when a turn that stood still may go on, and nobody held the session: the
  ///   caller must wake a brain with it
  record Updated(Session session, Optional<Lease> lease) {}

  /// @throws dev.drover.base.Problem `NOT_FOUND` without such a session in the workspace
  Session getSession(WorkspaceId workspace, SessionId id);

  /// For the brain, which serves every workspace.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such a session
  Session getSession(SessionId id);

  /// A page from which one may go on or back.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one, is of the
  ///   other order, or lies outside `from` and `to`
  Page<Session> list(WorkspaceId workspace, Listing listing);

  /// Ends a session for good and appends [Event.StatusTerminated]. Archiving it again changes
  /// nothing.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` while it runs or is rescheduled
  Session archive(WorkspaceId workspace, SessionId id);

  /// Removes a session with its log and inbox, and publishes [Event.Deleted]. In the same
  /// transaction the removal of its workspace is owed, see [Job#REMOVE_WORKSPACE].
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` while it runs
  void delete(WorkspaceId workspace, SessionId id);

  /// @param limit items on a page, from 1
  /// @param page the cursor of another page's `next` or `previous`; empty: from the start
  /// @param ascending by creation
  /// @param statuses any of these; empty: all
  /// @param agent made from this one; empty: from any
  /// @param agentVersion made from this version of it; empty: from any
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
      Optional<Instant> from,
      Optional<Instant> to) {
    public Listing {
      statuses = Set.copyOf(statuses);
    }
  }
}
