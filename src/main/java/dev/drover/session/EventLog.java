package dev.drover.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The session's log and its inbox. Everything that returns is durable, then published to the
/// [Feed] in the order of the log. Safe for many threads; blocking.
public interface EventLog {
  /// Takes client events, all or none, and claims the session if nobody holds it. They go into the
  /// inbox, but for an [Event.Answer], and an [Event.SystemMessage] that follows one: these go into
  /// the log at once. With `delivery.repeat` and a fingerprint received for this session in the
  /// last two minutes, and among the last thousand events, nothing is received again: the events of
  /// that receipt come back, in their form of then.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such a session; `INVALID_REQUEST` if it is
  ///   terminated, if its inbox would hold more than [#INBOX_LIMIT] events, or, besides one
  ///   request, more than [#INBOX_BYTES], for an answer that nothing waits for, and for a message
  ///   to a session that waits for answers
  Receipt receive(SessionId id, List<Event.FromClient> events, Delivery delivery);

  /// Client events that may wait in one session.
  int INBOX_LIMIT = 1_000;

  /// What these may take, in bytes of their JSON. A request that finds nothing waiting is received
  /// whatever its size.
  long INBOX_BYTES = 32L * 1024 * 1024;

  /// Takes the lease of a session that nobody holds; empty if somebody does, or it is not there.
  Optional<Lease> claim(SessionId id);

  /// Gives a lease back without an append: a brain that cannot go on. An old lease is ignored.
  void release(Lease lease);

  /// Appends, if the lease is the newest. The log stamps each event: to the microsecond, later than
  /// the last. An emission whose first event the log already holds after [Emission#known] is not
  /// stored again: its events come back, so that a brain may repeat itself after an unknown
  /// outcome.
  ///
  /// @throws IllegalStateException if a client's event in it is not in the inbox
  Emitted emitEvents(Lease lease, Emission emission);

  /// A stretch of the log, in the direction of the slice; empty for an unknown session. It may end
  /// before the slice's limit, where its bytes do: only an empty one says that nothing follows.
  List<Stored> getEvents(SessionId id, Slice slice);

  /// How much [#getEvents] would read.
  Extent measure(SessionId id, Slice slice);

  /// What waits in the inbox. `received` is 0 for an unknown session.
  Inbox inbox(SessionId id);

  /// The sends of the last moments, those at the session's creation among them, oldest first.
  ///
  /// @param within how long ago they may have been received, by the store's clock; at most two
  ///   minutes
  List<Send> sends(SessionId id, Duration within);

  /// Sessions that owe work and that nobody holds: running, rescheduling, or with a full inbox.
  List<SessionId> unfinished();
}
