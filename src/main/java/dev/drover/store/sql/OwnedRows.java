package dev.drover.store.sql;

import dev.drover.base.Json;
import dev.drover.catalog.MemoryStore;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.Vault;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Job;
import dev.drover.webhooks.WebhookType;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;

/// What resources consist of that is in other tables: it ends with them, in the same transaction or
/// by a job.
final class OwnedRows {
  private final WebhookOutbox outbox;

  OwnedRows(WebhookOutbox outbox) {
    this.outbox = outbox;
  }

  void archived(
      Db db,
      AfterCommit afterCommit,
      WorkspaceId workspace,
      ResourceKind<?> kind,
      String id,
      Instant at)
      throws SQLException {
    if (kind.equals(Vault.KIND)) {
      for (var credential : CredentialRows.active(db, new VaultId(id))) {
        announce(
            db, afterCommit, workspace, WebhookType.VAULT_CREDENTIAL_ARCHIVED, id, credential, at);
      }
      CredentialRows.archiveAll(db, id, at);
    }
  }

  void deleted(
      Db db,
      AfterCommit afterCommit,
      WorkspaceId workspace,
      ResourceKind<?> kind,
      String id,
      Instant now)
      throws SQLException {
    if (kind.equals(MemoryStore.KIND)) {
      var order = new Job.Order(Job.DELETE_MEMORIES, id, Json.EMPTY, false);
      JobRows.owe(db, order, "", now);
    } else if (kind.equals(Vault.KIND)) {
      for (var credential : CredentialRows.all(db, new VaultId(id))) {
        announce(
            db, afterCommit, workspace, WebhookType.VAULT_CREDENTIAL_DELETED, id, credential, now);
      }
      CredentialRows.deleteAll(db, id, now);
    }
  }

  private void announce(
      Db db,
      AfterCommit afterCommit,
      WorkspaceId workspace,
      WebhookType type,
      String vault,
      String credential,
      Instant at)
      throws SQLException {
    outbox.add(db, afterCommit, workspace, type, credential, Map.of("vault_id", vault), at);
  }
}
