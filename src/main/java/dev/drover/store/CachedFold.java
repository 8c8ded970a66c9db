package dev.drover.store;

import dev.drover.session.Session;
import dev.drover.session.Status;
import dev.drover.session.Usage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a session's row caches of its log. The components are those of [Session].
public record CachedFold(
    Status status,
    Usage usage,
    @Nullable Instant runningSince,
    boolean started,
    long boundary,
    Instant updatedAt,
    @Nullable Instant archivedAt) {

  static CachedFold of(Session session) {
    return new CachedFold(
        session.status(),
        session.usage(),
        session.runningSince(),
        session.started(),
        session.boundary(),
        Micros.whole(session.updatedAt()),
        session.archivedAt());
  }

  /// The session runs now.
  CachedFold running(Instant since) {
    return new CachedFold(Status.RUNNING, usage, since, true, boundary, updatedAt, archivedAt);
  }

  CachedFold updated(Instant now) {
    return new CachedFold(status, usage, runningSince, started, boundary, now, archivedAt);
  }

  /// The session is over.
  CachedFold archived(Instant now) {
    return new CachedFold(Status.TERMINATED, usage, null, started, boundary, now, now);
  }

  /// `session` with this in place of what it had.
  public Session in(Session session) {
    return new Session(
        session.id(),
        session.workspace(),
        session.thread(),
        session.agentId(),
        session.agentVersion(),
        session.agent(),
        session.environment(),
        session.networking(),
        session.title(),
        session.metadata(),
        session.budget(),
        status,
        usage,
        runningSince,
        started,
        boundary,
        Micros.whole(session.createdAt()),
        updatedAt,
        archivedAt,
        session.newer());
  }
}
