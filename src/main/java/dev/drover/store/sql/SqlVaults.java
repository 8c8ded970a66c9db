package dev.drover.store.sql;

import dev.drover.base.Page;
import dev.drover.catalog.Vault;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.CredentialRefusals;
import dev.drover.store.Cursor;
import dev.drover.store.Refusals;
import dev.drover.vault.Credential;
import dev.drover.vault.CredentialAuth;
import dev.drover.vault.CredentialId;
import dev.drover.vault.RefreshClaim;
import dev.drover.vault.SealedSecret;
import dev.drover.vault.VaultKey;
import dev.drover.vault.VaultStore;
import dev.drover.webhooks.WebhookType;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The credentials in the tables `credential` and `credential_secret`. A lock on the document of a
/// vault is a lock on its credentials.
final class SqlVaults implements VaultStore {
  private final Writer writer;
  private final Readers readers;
  private final WebhookOutbox outbox;
  private final InstantSource clock;

  SqlVaults(Writer writer, Readers readers, WebhookOutbox outbox, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.outbox = outbox;
    this.clock = clock;
  }

  @Override
  public void create(Credential credential, List<SealedSecret> secrets) {
    var vault = credential.vault();
    writer.call(
        vault.value(),
        (db, afterCommit) -> {
          takeActive(db, credential.workspace(), vault);
          var taken = CredentialRows.active(db, vault, credential.auth().lookup());
          if (taken.isPresent()) {
            throw CredentialRefusals.taken(taken.get());
          }
          if (CredentialRows.active(db, vault).size() >= Credential.MOST) {
            throw CredentialRefusals.full();
          }
          CredentialRows.insert(db, credential);
          CredentialRows.seal(db, credential, secrets);
          var type = WebhookType.VAULT_CREDENTIAL_CREATED;
          announce(db, afterCommit, credential.workspace(), vault, type, credential.id());
          return true;
        });
  }

  @Override
  public Credential get(WorkspaceId workspace, VaultId vault, CredentialId id) {
    return readers
        .call(
            db -> {
              find(db, workspace, vault, "");
              return CredentialRows.get(db, vault, id);
            })
        .read();
  }

  @Override
  public Page<Credential> list(
      WorkspaceId workspace,
      VaultId vault,
      boolean includeArchived,
      int limit,
      Optional<String> page) {
    var list = new Cursor.Of("CREDENTIALS_" + vault);
    var select = new NewestFirst(CredentialRows.SELECT + "vault_id = ?", vault.value());
    if (!includeArchived) {
      select.and("archived_at IS NULL");
    }
    var query = select.query(page, list, limit).sized(CredentialRows.SIZE);
    var found =
        readers.call(
            db -> {
              find(db, workspace, vault, "");
              return query.run(db, limit, CredentialRows.Raw::of);
            });
    return Cursor.page(found.items(), found.limit(), list, false, CredentialRows.Raw::at)
        .each(row -> Listed.read("credential " + row.id(), row::read));
  }

  @Override
  public boolean replace(Credential after, List<SealedSecret> secrets) {
    var vault = after.vault();
    return writer.call(
        vault.value(),
        (db, _) -> {
          find(db, after.workspace(), vault, db.dialect().keepingRows());
          var before = CredentialRows.get(db, vault, after.id());
          if (before.archivedAt() != null) {
            throw Credential.archived();
          }
          if (before.revision() != after.revision() - 1) {
            return false;
          }
          CredentialRows.update(db, after);
          CredentialRows.seal(db, after, secrets);
          if (!secrets.isEmpty()) {
            RefreshRows.reset(db, after.id());
            CredentialRows.purge(db, after.id() + " " + after.secretsVersion(), clock.instant());
          }
          return true;
        });
  }

  @Override
  public Credential archive(WorkspaceId workspace, VaultId vault, CredentialId id, Instant at) {
    return writer
        .call(
            vault.value(),
            (db, afterCommit) -> {
              find(db, workspace, vault, db.dialect().keepingRows());
              if (CredentialRows.get(db, vault, id).archivedAt() == null) {
                CredentialRows.archive(db, vault, id, at);
                CredentialRows.purge(db, id.value(), clock.instant());
                var type = WebhookType.VAULT_CREDENTIAL_ARCHIVED;
                announce(db, afterCommit, workspace, vault, type, id);
              }
              return CredentialRows.get(db, vault, id);
            })
        .read();
  }

  @Override
  public void delete(WorkspaceId workspace, VaultId vault, CredentialId id) {
    writer.call(
        vault.value(),
        (db, afterCommit) -> {
          find(db, workspace, vault, db.dialect().keepingRows());
          CredentialRows.get(db, vault, id);
          CredentialRows.forget(db, id);
          CredentialRows.purge(db, id.value(), clock.instant());
          announce(db, afterCommit, workspace, vault, WebhookType.VAULT_CREDENTIAL_DELETED, id);
          return db.update(
              "DELETE FROM credential WHERE vault_id = ? AND id = ?", vault.value(), id.value());
        });
  }

  @Override
  public List<Credential> find(WorkspaceId workspace, List<VaultId> vaults, String lookup) {
    return active(workspace, vaults, "lookup = ?", lookup);
  }

  @Override
  public List<Credential> variables(WorkspaceId workspace, List<VaultId> vaults) {
    var prefix = new CredentialAuth.EnvironmentVariable("%", Optional.empty(), true, true).lookup();
    return active(workspace, vaults, "lookup LIKE ?", prefix);
  }

  private List<Credential> active(
      WorkspaceId workspace, List<VaultId> vaults, String condition, String value) {
    if (vaults.isEmpty()) {
      return List.of();
    }
    var values = new ArrayList<Object>();
    vaults.forEach(vault -> values.add(vault.value()));
    values.add(value);
    values.add(workspace.value());
    var sql =
        CredentialRows.SELECT
            + "vault_id IN ("
            + EventRows.marks(vaults.size())
            + ") AND "
            + condition
            + " AND workspace_id = ? AND archived_at IS NULL";
    var found = readers.call(db -> db.list(sql, CredentialRows.Raw::of, values.toArray()));
    return found.stream()
        .map(CredentialRows.Raw::read)
        .sorted(Comparator.comparingInt(credential -> vaults.indexOf(credential.vault())))
        .toList();
  }

  @Override
  public Optional<Stored> secrets(CredentialId id) {
    var rows =
        readers.call(
            db -> db.list(CredentialRows.WITH_SECRETS, CredentialRows.WithSecret::of, id.value()));
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Stored(
                rows.getFirst().credential().read(),
                rows.stream().flatMap(row -> row.secret().stream()).toList()));
  }

  @Override
  public RefreshClaim claimRefresh(
      CredentialId id, long secretsVersion, boolean again, Duration lease) {
    return writer.call(
        id.value(), (db, _) -> RefreshRows.claim(db, id, secretsVersion, again, lease));
  }

  @Override
  public void endRefresh(CredentialId id, long claim, boolean refused, Duration pause) {
    writer.call(
        id.value(),
        (db, afterCommit) -> {
          int ended = RefreshRows.end(db, id, claim, refused, pause);
          var row = db.first(CredentialRows.SELECT + "id = ?", CredentialRows.Raw::of, id.value());
          if (ended == 1 && refused && row.isPresent()) {
            announce(
                db,
                afterCommit,
                new WorkspaceId(row.get().workspace()),
                new VaultId(row.get().vault()),
                WebhookType.VAULT_CREDENTIAL_REFRESH_FAILED,
                id);
          }
          return true;
        });
  }

  @Override
  public boolean refreshed(Credential after, List<SealedSecret> secrets) {
    return writer.call(
        after.vault().value(),
        (db, _) -> {
          if (!RefreshRows.store(db, after)) {
            return false;
          }
          CredentialRows.seal(db, after, secrets);
          return true;
        });
  }

  @Override
  public List<VaultKey> keys(VaultId vault) {
    return readers.call(db -> VaultKeyRows.of(db, vault));
  }

  @Override
  public VaultKey addKey(WorkspaceId workspace, VaultId vault, VaultKey key) {
    return writer.call(
        vault.value(),
        (db, _) -> {
          if (VaultKey.isOfVault(vault)) {
            takeActive(db, workspace, vault);
          }
          VaultKeyRows.insert(db, workspace, vault, key, clock.instant());
          return VaultKeyRows.of(db, vault).stream()
              .filter(stored -> stored.version() == key.version())
              .findFirst()
              .orElseThrow();
        });
  }

  @Override
  public List<OwnKey> keysWithout(String kek, int limit) {
    return readers.call(db -> VaultKeyRows.others(db, kek, limit));
  }

  @Override
  public boolean replaceKey(VaultId vault, VaultKey before, VaultKey after) {
    return writer.call(vault.value(), (db, _) -> VaultKeyRows.replace(db, vault, before, after));
  }

  @Override
  public Set<String> keks() {
    return readers.call(VaultKeyRows::keks);
  }

  @Override
  public boolean purge() {
    return readers.call(
        db ->
            db.dialect().purge(db, List.of("credential_secret", "vault_key", "session_resource")));
  }

  private void announce(
      Db db,
      AfterCommit afterCommit,
      WorkspaceId workspace,
      VaultId vault,
      WebhookType type,
      CredentialId id)
      throws SQLException {
    var more = Map.of("vault_id", vault.value());
    outbox.add(db, afterCommit, workspace, type, id.value(), more, clock.instant());
  }

  /// Locks a vault for this transaction, and checks that it is not archived.
  private static void takeActive(Db db, WorkspaceId workspace, VaultId vault) throws SQLException {
    if (find(db, workspace, vault, db.dialect().keepingRows()).archivedAt() != null) {
      throw CredentialRefusals.archived(vault);
    }
  }

  /// @param keeping the clause that locks the row; empty: it is only read
  private static DocumentRow find(Db db, WorkspaceId workspace, VaultId vault, String keeping)
      throws SQLException {
    return db.first(
            DocumentRows.ONE + keeping,
            DocumentRow::of,
            workspace.value(),
            Vault.KIND.type(),
            vault.value())
        .orElseThrow(() -> Refusals.notFound(Vault.KIND, vault.value()));
  }
}
