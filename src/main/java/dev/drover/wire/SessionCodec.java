package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.catalog.VaultId;
import dev.drover.session.Money;
import dev.drover.session.Session;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The JSON form of sessions in the API.
public final class SessionCodec {
  private SessionCodec() {}

  /// @param now the time for figures that change while a session runs
  /// @param listCost the cost; empty if its model has no price
  public static Json.Obj write(Session session, Instant now, Optional<Money> listCost) {
    return NewerFields.over(known(session, now, listCost), session.origin().newer());
  }

  private static Json.Obj known(Session session, Instant now, Optional<Money> listCost) {
    var progress = session.progress();
    return Json.obj(
        "id", session.id().value(),
        "type", "session",
        "status", EventCodec.lower(progress.status()),
        "environment_id", session.origin().environment().value(),
        "title", session.editable().title(),
        "metadata", session.editable().metadata(),
        "agent", agent(session),
        "resources", session.resources().stream().map(SessionResourceCodec::write).toList(),
        "vault_ids", session.origin().vaults().stream().map(VaultId::value).toList(),
        "budget", BudgetCodec.write(session.budget()),
        "usage", UsageCodec.write(ThreadCodec.usage(progress, now), listCost),
        "stats", ThreadCodec.stats(progress, session.origin().createdAt(), now),
        "outcome_evaluations", List.of(),
        "deployment_id", null,
        "created_at", Times.write(session.origin().createdAt()),
        "updated_at", Times.write(progress.updatedAt()),
        "archived_at", Times.write(progress.archivedAt()));
  }

  /// The changes of an update, for [dev.drover.session.Event.SessionUpdated].
  public static Json.Obj changes(Session before, Session after) {
    var changes = new LinkedHashMap<String, Json>();
    if (!Objects.equals(before.editable().title(), after.editable().title())) {
      changes.put("title", Json.of(after.editable().title()));
    }
    if (!before.editable().metadata().equals(after.editable().metadata())
        && !after.editable().metadata().isEmpty()) {
      changes.put("metadata", Json.of(after.editable().metadata()));
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
    var agent = ThreadCodec.agent(session.primary());
    return agent.get("multiagent").isPresent() ? agent : agent.with("multiagent", null);
  }
}
