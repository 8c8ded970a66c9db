package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Money;
import dev.drover.session.Progress;
import dev.drover.session.SessionThread;
import dev.drover.session.Status;
import dev.drover.session.ThreadId;
import dev.drover.session.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;

/// The JSON form of a session's threads in the API.
public final class ThreadCodec {
  private ThreadCodec() {}

  /// @param now the time for figures that change while a thread runs
  /// @param listCost the cost; empty if its model has no price
  public static Json.Obj write(SessionThread thread, Instant now, Optional<Money> listCost) {
    return NewerFields.over(known(thread, now, listCost), thread.newer());
  }

  private static Json.Obj known(SessionThread thread, Instant now, Optional<Money> listCost) {
    var progress = thread.progress();
    boolean started = progress.started();
    var stats = stats(progress, thread.createdAt(), now).with("startup_seconds", 0);
    return Json.obj(
        "id",
        thread.id().value(),
        "type",
        "session_thread",
        "session_id",
        thread.session().value(),
        "parent_thread_id",
        thread.parent().map(ThreadId::value).orElse(null),
        "status",
        EventCodec.lower(progress.status()),
        "workflow_run_id",
        null,
        "agent",
        agent(thread),
        "stats",
        started ? stats : null,
        "usage",
        started && progress.boundary() > 0
            ? UsageCodec.write(usage(progress, now), listCost)
            : null,
        "created_at",
        Times.write(thread.createdAt()),
        "updated_at",
        Times.write(progress.updatedAt()),
        "archived_at",
        Times.write(progress.archivedAt()));
  }

  static Json.Obj agent(SessionThread thread) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("id", Json.of(thread.agentId().value()));
    fields.put("type", Json.of("agent"));
    fields.put("version", Json.of(thread.agentVersion()));
    fields.putAll(DefinitionCodec.CODEC.write(thread.agent()).fields());
    return new Json.Obj(fields);
  }

  static Usage usage(Progress progress, Instant now) {
    var since = progress.runningSince();
    return since == null
        ? progress.usage()
        : progress.usage().plusActive(Math.max(0, Duration.between(since, now).toNanos() / 1_000));
  }

  static Json.Obj stats(Progress progress, Instant createdAt, Instant now) {
    var end = progress.status() == Status.TERMINATED ? progress.updatedAt() : now;
    var lived = Duration.between(createdAt, end);
    return Json.obj(
        "active_seconds", usage(progress, now).activeMicros() / 1e6,
        "duration_seconds", Math.max(0, lived.toNanos() / 1_000) / 1e6);
  }
}
