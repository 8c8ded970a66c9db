package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Money;
import dev.drover.session.Session;
import dev.drover.session.Status;
import dev.drover.session.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Sessions and their primary threads as the API shows them.
public final class SessionCodec {
  private SessionCodec() {}

  /// @param now for the figures that move while a session lives
  /// @param listCost what it has cost; empty: its model has no price
  public static Json.Obj write(Session session, Instant now, Optional<Money> listCost) {
    return NewerFields.over(known(session, now, listCost), session.newer());
  }

  private static Json.Obj known(Session session, Instant now, Optional<Money> listCost) {
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
        agent(session),
        "resources",
        List.of(),
        "vault_ids",
        List.of(),
        "budget",
        BudgetCodec.write(session.budget()),
        "usage",
        UsageCodec.write(usage(session, now), listCost),
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

  /// The primary thread; the parameters are those of [#write].
  public static Json.Obj writeThread(Session session, Instant now, Optional<Money> listCost) {
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
        session.newer().get("status").orElse(Json.of(EventCodec.lower(session.status()))),
        "workflow_run_id",
        null,
        "agent",
        threadAgent(session),
        "stats",
        session.started() ? stats(session, now).with("startup_seconds", 0) : null,
        "usage",
        session.started() && session.boundary() > 0
            ? UsageCodec.write(usage(session, now), listCost)
            : null,
        "created_at",
        Times.write(session.createdAt()),
        "updated_at",
        Times.write(session.updatedAt()),
        "archived_at",
        Times.write(session.archivedAt()));
  }

  /// What an update has changed, as [dev.drover.session.Event.SessionUpdated] tells it.
  public static Json.Obj changes(Session before, Session after) {
    var changes = new LinkedHashMap<String, Json>();
    if (!Objects.equals(before.title(), after.title())) {
      changes.put("title", Json.of(after.title()));
    }
    if (!before.metadata().equals(after.metadata()) && !after.metadata().isEmpty()) {
      changes.put("metadata", Json.of(after.metadata()));
    }
    if (!before.budget().equals(after.budget())) {
      changes.put("budget", BudgetCodec.write(after.budget()));
    }
    if (!before.agent().equals(after.agent())) {
      changes.put("agent", agent(after));
    }
    return new Json.Obj(changes);
  }

  private static Json.Obj agent(Session session) {
    var agent = threadAgent(session);
    return agent.get("multiagent").isPresent() ? agent : agent.with("multiagent", null);
  }

  private static Json.Obj threadAgent(Session session) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("id", Json.of(session.agentId().value()));
    fields.put("type", Json.of("agent"));
    fields.put("version", Json.of(session.agentVersion()));
    fields.putAll(DefinitionCodec.CODEC.write(session.agent()).fields());
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
