package dev.drover.store.sql;

import dev.drover.access.AccessStore;
import dev.drover.access.KeyId;
import dev.drover.access.KeyScope;
import dev.drover.access.Workspace;
import dev.drover.access.WorkspaceKey;
import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The rows of workspaces and of their API keys.
public final class AccessRows {
  static final Cursor.Of WORKSPACES = new Cursor.Of("WORKSPACES");

  /// The key with a prefix, unless its workspace is archived.
  public static final String FIND =
      """
      SELECT * FROM api_key WHERE prefix = ? AND EXISTS (
        SELECT 1 FROM workspace
        WHERE workspace.id = api_key.workspace_id AND workspace.archived_at IS NULL)\
      """;

  private static final String ALL =
      """
      SELECT id, name, storage_bytes, created_at, archived_at,
        COALESCE((SELECT bytes FROM usage WHERE usage.workspace_id = workspace.id), 0) AS stored,
        (SELECT COUNT(*) FROM api_key
          WHERE api_key.workspace_id = workspace.id AND api_key.revoked_at IS NULL) AS active_keys
      FROM workspace WHERE 1 = 1\
      """;

  private static final String KEYS = "SELECT * FROM api_key WHERE workspace_id = ?";

  private AccessRows() {}

  static NewestFirst workspaces(boolean archived) {
    var select = new NewestFirst(ALL);
    return archived ? select : select.and("archived_at IS NULL");
  }

  static NewestFirst keys(WorkspaceId workspace, boolean revoked) {
    var select = new NewestFirst(KEYS, workspace.value());
    return revoked ? select : select.and("revoked_at IS NULL");
  }

  static Workspace.Summary summary(Db db, WorkspaceId id) throws SQLException {
    return db.first(ALL + " AND id = ?", AccessRows::summary, id.value())
        .orElseThrow(() -> notFound(id));
  }

  static Workspace.Summary summary(ResultSet row) throws SQLException {
    return new Workspace.Summary(workspace(row), row.getLong("stored"), row.getLong("active_keys"));
  }

  /// Reads a workspace and locks its row.
  ///
  /// @throws Problem `NOT_FOUND`
  static Workspace take(Db db, WorkspaceId id) throws SQLException {
    return db.first(
            "SELECT * FROM workspace WHERE id = ?" + db.dialect().keepingRows(),
            AccessRows::workspace,
            id.value())
        .orElseThrow(() -> notFound(id));
  }

  private static Workspace workspace(ResultSet row) throws SQLException {
    var storage = Db.nullableLong(row, "storage_bytes");
    return new Workspace(
        new WorkspaceId(row.getString("id")),
        row.getString("name"),
        storage == null ? OptionalLong.empty() : OptionalLong.of(storage),
        Micros.instant(row.getLong("created_at")),
        SessionRows.instant(row, "archived_at"));
  }

  private static Problem notFound(WorkspaceId id) {
    return Problem.notFound("Workspace " + id + " not found.");
  }

  static Problem notFound(KeyId id) {
    return Problem.notFound("API key " + id.id() + " not found.");
  }

  /// The id of another workspace with a name.
  static Optional<String> named(Db db, Workspace workspace) throws SQLException {
    return db.first(
        "SELECT id FROM workspace WHERE name = ? AND archived_at IS NULL AND id <> ?",
        row -> row.getString(1),
        workspace.name(),
        workspace.id().value());
  }

  static void insert(Db db, Workspace workspace) throws SQLException {
    db.update(
        "INSERT INTO workspace (id, name, storage_bytes, created_at) VALUES (?, ?, ?, ?)",
        workspace.id().value(),
        workspace.name(),
        storage(workspace),
        Micros.of(workspace.createdAt()));
  }

  static void update(Db db, Workspace workspace) throws SQLException {
    db.update(
        "UPDATE workspace SET name = ?, storage_bytes = ? WHERE id = ?",
        workspace.name(),
        storage(workspace),
        workspace.id().value());
  }

  private static @Nullable Long storage(Workspace workspace) {
    return workspace.storage().isPresent() ? workspace.storage().getAsLong() : null;
  }

  static Optional<WorkspaceKey> key(Db db, WorkspaceId workspace, KeyId id) throws SQLException {
    return db.first(KEYS + " AND id = ?", AccessRows::key, workspace.value(), id.id());
  }

  static AccessStore.Stored stored(ResultSet row) throws SQLException {
    return new AccessStore.Stored(key(row), row.getString("sha256"));
  }

  /// A scope that only a newer version knows is left out: it allows nothing here.
  static WorkspaceKey key(ResultSet row) throws SQLException {
    var revoked = SessionRows.instant(row, "revoked_at");
    var day = Db.nullableLong(row, "last_used_day");
    return new WorkspaceKey(
        id(row.getString("id")),
        new WorkspaceId(row.getString("workspace_id")),
        row.getString("prefix"),
        row.getString("name"),
        Arrays.stream(row.getString("scopes").split(" ", -1))
            .flatMap(name -> KeyScope.named(name).stream())
            .collect(Collectors.toUnmodifiableSet()),
        id(row.getString("created_by")),
        Micros.instant(row.getLong("created_at")),
        Optional.ofNullable(SessionRows.instant(row, "expires_at")),
        Optional.ofNullable(day).map(LocalDate::ofEpochDay),
        revoked == null ? Optional.empty() : Optional.of(revocation(row, revoked)));
  }

  private static WorkspaceKey.Revocation revocation(ResultSet row, Instant at) throws SQLException {
    return new WorkspaceKey.Revocation(at, id(row.getString("revoked_by")));
  }

  private static KeyId id(String text) {
    return new KeyId(text.substring(KeyId.PREFIX.length()));
  }

  static void insert(Db db, WorkspaceKey key, String hash) throws SQLException {
    db.update(
        """
        INSERT INTO api_key (
          id, workspace_id, prefix, sha256, name, scopes, created_by, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        key.id().id(),
        key.workspace().value(),
        key.prefix(),
        hash,
        key.name(),
        key.scopes().stream().sorted().map(KeyScope::toString).collect(Collectors.joining(" ")),
        key.createdBy().id(),
        Micros.of(key.createdAt()),
        SessionRows.micros(key.expiresAt().orElse(null)));
  }
}
