package dev.drover.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The log and the inbox of each session. A change is durable when its call returns, and is then
/// published to the [Feed] in the order of the log. Safe for many threads; blocking.
public interface EventLog {
  /// Receives client events, all or none, and claims the session if no node holds it. The events
  /// are added to the inbox, except for an [Event.Answer] and an [Event.SystemMessage] that follows
  /// one, which are appended to the log at once. If `delivery.repeat` is set and the fingerprint
  /// was received for this session in the last two minutes and among the last thousand events,
  /// nothing is received again: the events of that receipt are returned in their original form.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` if there is no such session; `INVALID_REQUEST` if
  ///   it is terminated, if its inbox would hold more than [#INBOX_LIMIT] events or, besides one
  ///   request, more than [#INBOX_BYTES], for an answer to a tool use that does not wait for one,
  ///   and for a message to a session that waits for answers
  Receipt receive(SessionId id, List<Event.FromClient> events, Delivery delivery);

  /// The maximum number of client events that wait in one session.
  int INBOX_LIMIT = 1_000;

  /// The maximum size of these events, in bytes of their JSON. A request to an empty inbox is
  /// received whatever its size.
  long INBOX_BYTES = 32L * 1024 * 1024;

  /// Claims the lease of a session; empty if a node holds it, or if there is no such session.
  Optional<Lease> claim(SessionId id);

  /// Releases a lease without an append, for a brain that cannot continue. An old lease is ignored.
  void release(Lease lease);

  /// Appends events if the lease is the newest. The log stamps each event with a time in
  /// microseconds that is later than the last. An emission whose first event the log already holds
  /// after [Emission#known] is not stored again: its events are returned, so a brain can retry
  /// after an unknown outcome.
  ///
  /// @throws IllegalStateException if a client's event in it is not in the inbox
  Emitted emitEvents(Lease lease, Emission emission);

  /// The events of a slice of the log, in the direction of the slice; empty for an unknown session.
  /// The list may be shorter than the slice's limit because of the limit in bytes: only an empty
  /// list means that nothing follows.
  List<Stored> getEvents(SessionId id, Slice slice);

  /// The number and size of the events that [#getEvents] would read.
  Extent measure(SessionId id, Slice slice);

  /// The waiting events. `received` is 0 for an unknown session.
  Inbox inbox(SessionId id);

  /// The most recent sends, oldest first, including the one of the session's creation.
  ///
  /// @param within the maximum age of a send, by the store's clock; at most two minutes
  List<Send> sends(SessionId id, Duration within);

  /// The sessions that have unfinished work and that no node holds: running, rescheduling, or with
  /// events in the inbox.
  List<SessionId> unfinished();
}
