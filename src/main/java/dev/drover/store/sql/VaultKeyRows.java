package dev.drover.store.sql;

import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Micros;
import dev.drover.vault.VaultKey;
import dev.drover.vault.VaultStore;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The rows of the keys of vaults.
final class VaultKeyRows {
  private VaultKeyRows() {}

  /// The keys of a vault, the newest first.
  static List<VaultKey> of(Db db, VaultId vault) throws SQLException {
    return db.list(
        "SELECT version, kek_id, wrapped FROM vault_key WHERE vault_id = ? ORDER BY version DESC",
        row ->
            new VaultKey(row.getLong("version"), row.getString("kek_id"), row.getString("wrapped")),
        vault.value());
  }

  static boolean isMissing(Db db, VaultId vault, long version) throws SQLException {
    return db.number(
            "SELECT COUNT(*) FROM vault_key WHERE vault_id = ? AND version = ?",
            vault.value(),
            version)
        == 0;
  }

  /// Adds a key, unless another one has its version.
  static void insert(Db db, WorkspaceId workspace, VaultId vault, VaultKey key, Instant now)
      throws SQLException {
    db.update(
        """
        INSERT INTO vault_key (vault_id, workspace_id, version, kek_id, wrapped, created_at)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (vault_id, version) DO NOTHING\
        """,
        vault.value(),
        workspace.value(),
        key.version(),
        key.kek(),
        key.wrapped(),
        Micros.of(now));
  }

  /// Some keys that another key than the given one encrypts.
  static List<VaultStore.OwnKey> others(Db db, String kek, int limit) throws SQLException {
    return db.list(
        """
        SELECT workspace_id, vault_id, version, kek_id, wrapped FROM vault_key
        WHERE kek_id <> ? ORDER BY vault_id, version LIMIT ?\
        """,
        row ->
            new VaultStore.OwnKey(
                new WorkspaceId(row.getString("workspace_id")),
                new VaultId(row.getString("vault_id")),
                new VaultKey(
                    row.getLong("version"), row.getString("kek_id"), row.getString("wrapped"))),
        kek,
        limit);
  }

  /// @return whether the key was still stored as it was
  static boolean replace(Db db, VaultId vault, VaultKey before, VaultKey after)
      throws SQLException {
    return db.update(
            """
            UPDATE vault_key SET kek_id = ?, wrapped = ?
            WHERE vault_id = ? AND version = ? AND kek_id = ? AND wrapped = ?\
            """,
            after.kek(),
            after.wrapped(),
            vault.value(),
            before.version(),
            before.kek(),
            before.wrapped())
        == 1;
  }

  /// The ids of the keys that encrypt keys of vaults.
  static Set<String> keks(Db db) throws SQLException {
    return new HashSet<>(db.list("SELECT DISTINCT kek_id FROM vault_key", row -> row.getString(1)));
  }
}
