package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Session;
import dev.drover.session.Status;
import dev.drover.session.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;

/// Sessions and their primary threads as the API shows them.
public final class SessionCodec {
  private SessionCodec() {}

  /// @param now for the figures that move while a session lives
  public static Json.Obj write(Session session, Instant now) {
    return Json.obj(
        "id",
        session.id().value(),
        "type",
        "session",
        "status",
        EventCodec.lower(session.status()),
        "environment_id",
        session.environment().value(),
        "title",
        session.title(),
        "metadata",
        session.metadata(),
        "agent",
        agent(session).with("multiagent", null),
        "resources",
        List.of(),
        "vault_ids",
        List.of(),
        "budget",
        null,
        "usage",
        EventCodec.usage(usage(session, now)),
        "stats",
        stats(session, now),
        "outcome_evaluations",
        List.of(),
        "deployment_id",
        null,
        "created_at",
        Times.write(session.createdAt()),
        "updated_at",
        Times.write(session.updatedAt()),
        "archived_at",
        Times.write(session.archivedAt()));
  }

  /// The primary thread.
  public static Json.Obj writeThread(Session session, Instant now) {
    return Json.obj(
        "id",
        session.thread().value(),
        "type",
        "session_thread",
        "session_id",
        session.id().value(),
        "parent_thread_id",
        null,
        "status",
        EventCodec.lower(session.status()),
        "workflow_run_id",
        null,
        "agent",
        agent(session),
        "stats",
        session.started() ? stats(session, now).with("startup_seconds", 0) : null,
        "usage",
        session.started() && session.boundary() > 0 ? EventCodec.usage(usage(session, now)) : null,
        "created_at",
        Times.write(session.createdAt()),
        "updated_at",
        Times.write(session.updatedAt()),
        "archived_at",
        Times.write(session.archivedAt()));
  }

  private static Json.Obj agent(Session session) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("id", Json.of(session.agentId().value()));
    fields.put("type", Json.of("agent"));
    fields.put("version", Json.of(session.agentVersion()));
    fields.putAll(DefinitionCodec.write(session.agent()).fields());
    return new Json.Obj(fields);
  }

  private static Usage usage(Session session, Instant now) {
    var since = session.runningSince();
    return since == null
        ? session.usage()
        : session.usage().plusActive(Math.max(0, Duration.between(since, now).toNanos() / 1_000));
  }

  private static Json.Obj stats(Session session, Instant now) {
    var end = session.status() == Status.TERMINATED ? session.updatedAt() : now;
    var lived = Duration.between(session.createdAt(), end);
    return Json.obj(
        "active_seconds",
        usage(session, now).activeMicros() / 1e6,
        "duration_seconds",
        Math.max(0, lived.toNanos() / 1_000) / 1e6);
  }
}
