package dev.drover.session;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The progress of a session: the cached fold over its log.
///
/// @param runningSince when the session last began to run; null while it does not run
/// @param started whether the session ever ran
/// @param lastRequest the position of the last model request of the conversation; 0 before the
///   first
/// @param boundary a fold over the log may start after this position: the end of the last turn, or,
///   while a turn is paused, the position before its last model request
public record Progress(
    Status status,
    Usage usage,
    @Nullable Instant runningSince,
    boolean started,
    long lastRequest,
    long boundary,
    Instant updatedAt,
    @Nullable Instant archivedAt) {

  /// The progress of a new session.
  public static Progress of(Instant createdAt) {
    return new Progress(Status.IDLE, Usage.NONE, null, false, 0, 0, createdAt, null);
  }

  /// The progress once `stored` is in the log.
  public Progress after(Stored stored) {
    var at = stored.processedAt();
    var next =
        switch (stored.event()) {
          case Event.StatusRunning _ -> status == Status.RUNNING ? this : running(at);
          case Event.StatusRescheduled _ -> stopped(Status.RESCHEDULING, boundary);
          case Event.StatusIdle idle -> stopped(Status.IDLE, boundary(idle, stored.position()));
          case Event.StatusTerminated _ -> stopped(Status.TERMINATED, boundary);
          case Event.UsageReported report -> reported(report.usage());
          case Event.Continued _ -> reported(Usage.NONE);
          // A fold that begins at a summary would not know that an answer is owed.
          case Event.ModelRequestStart _ when !Compaction.is(stored) ->
              requested(stored.position());
          default -> this;
        };
    return next.updated(at);
  }

  private long boundary(Event.StatusIdle idle, long position) {
    return idle.reason().isPause() ? Math.max(0, lastRequest - 1) : position;
  }

  /// The progress of a session that runs from `since` on.
  public Progress running(Instant since) {
    return new Progress(
        Status.RUNNING, usage, since, true, lastRequest, boundary, updatedAt, archivedAt);
  }

  /// Whether a turn runs or is rescheduled.
  public boolean atWork() {
    return status == Status.RUNNING || status == Status.RESCHEDULING;
  }

  private Progress stopped(Status at, long next) {
    return new Progress(at, usage, null, started, lastRequest, next, updatedAt, archivedAt);
  }

  private Progress reported(Usage all) {
    return new Progress(
        status, all, runningSince, started, lastRequest, boundary, updatedAt, archivedAt);
  }

  private Progress requested(long position) {
    return new Progress(
        status, usage, runningSince, started, position, boundary, updatedAt, archivedAt);
  }

  public Progress updated(Instant now) {
    return new Progress(
        status, usage, runningSince, started, lastRequest, boundary, now, archivedAt);
  }

  /// The progress of the session once it is archived, and so terminated.
  public Progress archived(Instant now) {
    return new Progress(Status.TERMINATED, usage, null, started, lastRequest, boundary, now, now);
  }
}
