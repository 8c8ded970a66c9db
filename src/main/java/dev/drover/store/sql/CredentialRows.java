package dev.drover.store.sql;

import dev.drover.base.Json;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Job;
import dev.drover.store.CredentialRefusals;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.vault.Credential;
import dev.drover.vault.CredentialAuth;
import dev.drover.vault.CredentialId;
import dev.drover.vault.SealedSecret;
import dev.drover.vault.SecretField;
import dev.drover.wire.CredentialCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of credentials and of their secrets. Whatever changes them has locked the vault's row.
final class CredentialRows {
  static final String SELECT =
      """
      SELECT vault_id, id, workspace_id, lookup, display_name, metadata, auth, expires_at, revision,
        secrets_version, created_at, updated_at, archived_at
      FROM credential WHERE \
      """;

  /// The size of a row, in bytes.
  static final String SIZE = "octet_length(auth) + octet_length(metadata)";

  /// An active credential by its id, once for each of its secrets.
  static final String WITH_SECRETS =
      """
      SELECT vault_id, id, workspace_id, lookup, display_name, metadata, auth, expires_at, revision,
        secrets_version, created_at, updated_at, archived_at, field, version, key_version, value
      FROM credential LEFT JOIN (
        SELECT credential_id, field, version, key_version, value FROM credential_secret
      ) secret ON secret.credential_id = credential.id
      WHERE id = ? AND archived_at IS NULL\
      """;

  private CredentialRows() {}

  /// A row, whose JSON is parsed later, on the caller's thread.
  record Raw(
      String vault,
      String id,
      String workspace,
      String lookup,
      @Nullable String displayName,
      String metadata,
      String auth,
      @Nullable Instant expiresAt,
      long revision,
      long secretsVersion,
      Instant createdAt,
      Instant updatedAt,
      @Nullable Instant archivedAt) {
    static Raw of(ResultSet row) throws SQLException {
      return new Raw(
          row.getString("vault_id"),
          row.getString("id"),
          row.getString("workspace_id"),
          row.getString("lookup"),
          row.getString("display_name"),
          row.getString("metadata"),
          row.getString("auth"),
          SessionRows.instant(row, "expires_at"),
          row.getLong("revision"),
          row.getLong("secrets_version"),
          Micros.instant(row.getLong("created_at")),
          Micros.instant(row.getLong("updated_at")),
          SessionRows.instant(row, "archived_at"));
    }

    Cursor at() {
      return new Cursor(createdAt, id);
    }

    /// @throws IllegalStateException if the row is damaged
    Credential read() {
      return new Credential(
          new CredentialId(id),
          new WorkspaceId(workspace),
          new VaultId(vault),
          displayName,
          StoredJson.texts(metadata),
          CredentialCodec.stored(StoredJson.object(auth), lookup, expiresAt),
          revision,
          secretsVersion,
          createdAt,
          updatedAt,
          archivedAt);
    }
  }

  /// A credential with one of its secrets, or without any.
  record WithSecret(Raw credential, Optional<SealedSecret> secret) {
    static WithSecret of(ResultSet row) throws SQLException {
      var field = row.getString("field");
      return new WithSecret(
          Raw.of(row),
          field == null
              ? Optional.empty()
              : Optional.of(
                  new SealedSecret(
                      SecretField.valueOf(field.toUpperCase(Locale.ROOT)),
                      row.getLong("version"),
                      row.getLong("key_version"),
                      row.getString("value"))));
    }
  }

  static Optional<Raw> find(Db db, VaultId vault, CredentialId id) throws SQLException {
    return db.first(SELECT + "vault_id = ? AND id = ?", Raw::of, vault.value(), id.value());
  }

  /// @throws dev.drover.base.Problem `NOT_FOUND`
  static Raw get(Db db, VaultId vault, CredentialId id) throws SQLException {
    return find(db, vault, id).orElseThrow(() -> CredentialRefusals.notFound(id));
  }

  /// The ids of all credentials of a vault.
  static List<String> all(Db db, VaultId vault) throws SQLException {
    return db.list(
        "SELECT id FROM credential WHERE vault_id = ? ORDER BY created_at, id",
        row -> row.getString(1),
        vault.value());
  }

  /// The ids of the active credentials of a vault.
  static List<String> active(Db db, VaultId vault) throws SQLException {
    return db.list(
        """
        SELECT id FROM credential WHERE vault_id = ? AND archived_at IS NULL
        ORDER BY created_at, id\
        """,
        row -> row.getString(1),
        vault.value());
  }

  /// The id of the active credential of a vault with this lookup.
  static Optional<String> active(Db db, VaultId vault, String lookup) throws SQLException {
    return db.first(
        "SELECT id FROM credential WHERE vault_id = ? AND lookup = ? AND archived_at IS NULL",
        row -> row.getString(1),
        vault.value(),
        lookup);
  }

  static void insert(Db db, Credential credential) throws SQLException {
    db.update(
        """
        INSERT INTO credential (
          vault_id, id, workspace_id, lookup, display_name, metadata, auth, expires_at, revision,
          secrets_version, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        credential.vault().value(),
        credential.id().value(),
        credential.workspace().value(),
        credential.auth().lookup(),
        credential.displayName(),
        Json.of(credential.metadata()).toString(),
        CredentialCodec.stored(credential.auth()).toString(),
        expiry(credential),
        credential.revision(),
        credential.secretsVersion(),
        Micros.of(credential.createdAt()),
        Micros.of(credential.updatedAt()));
  }

  static @Nullable Long expiry(Credential credential) {
    return credential.auth() instanceof CredentialAuth.McpOauth oauth
        ? SessionRows.micros(oauth.expiresAt().orElse(null))
        : null;
  }

  static void update(Db db, Credential after) throws SQLException {
    db.update(
        """
        UPDATE credential SET display_name = ?, metadata = ?, auth = ?, expires_at = ?, revision = ?,
          secrets_version = ?, updated_at = ?
        WHERE vault_id = ? AND id = ?\
        """,
        after.displayName(),
        Json.of(after.metadata()).toString(),
        CredentialCodec.stored(after.auth()).toString(),
        expiry(after),
        after.revision(),
        after.secretsVersion(),
        Micros.of(after.updatedAt()),
        after.vault().value(),
        after.id().value());
  }

  /// Writes secrets, in place of those of the same fields.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if a key does not exist any more
  static void seal(Db db, Credential credential, List<SealedSecret> secrets) throws SQLException {
    for (var secret : secrets) {
      if (VaultKeyRows.isMissing(db, credential.vault(), secret.keyVersion())) {
        throw CredentialRefusals.rotated();
      }
      db.update(
          """
          INSERT INTO credential_secret (
            credential_id, field, vault_id, version, key_version, value)
          VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (credential_id, field) DO UPDATE SET
            version = excluded.version, key_version = excluded.key_version, value = excluded.value\
          """,
          credential.id().value(),
          secret.field().field(),
          credential.vault().value(),
          secret.version(),
          secret.keyVersion(),
          secret.value());
    }
  }

  static void archive(Db db, VaultId vault, CredentialId id, Instant at) throws SQLException {
    db.update(
        """
        UPDATE credential SET archived_at = ?, updated_at = ?, revision = revision + 1
        WHERE vault_id = ? AND id = ?\
        """,
        Micros.of(at),
        Micros.of(at),
        vault.value(),
        id.value());
    forget(db, id);
  }

  /// Removes the secrets of a credential.
  static void forget(Db db, CredentialId id) throws SQLException {
    db.update("DELETE FROM credential_secret WHERE credential_id = ?", id.value());
  }

  /// Archives all credentials of a vault, and removes their secrets and the vault's keys.
  static void archiveAll(Db db, String vault, Instant at) throws SQLException {
    db.update(
        """
        UPDATE credential SET archived_at = ?, updated_at = ?, revision = revision + 1
        WHERE vault_id = ? AND archived_at IS NULL\
        """,
        Micros.of(at),
        Micros.of(at),
        vault);
    forgetAll(db, vault, at);
  }

  /// Removes all credentials of a vault, with their secrets and the vault's keys.
  static void deleteAll(Db db, String vault, Instant at) throws SQLException {
    db.update("DELETE FROM credential WHERE vault_id = ?", vault);
    forgetAll(db, vault, at);
  }

  private static void forgetAll(Db db, String vault, Instant at) throws SQLException {
    db.update("DELETE FROM credential_secret WHERE vault_id = ?", vault);
    db.update("DELETE FROM vault_key WHERE vault_id = ?", vault);
    purge(db, vault, at);
  }

  /// Owes the removal of what the database's files still have of removed rows.
  ///
  /// @param cause different for each removal
  static void purge(Db db, String cause, Instant now) throws SQLException {
    JobRows.owe(db, new Job.Order(Job.PURGE_SECRETS, cause, Json.EMPTY, false), "", now);
  }
}
