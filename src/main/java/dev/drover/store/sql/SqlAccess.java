package dev.drover.store.sql;

import dev.drover.access.AccessStore;
import dev.drover.access.KeyId;
import dev.drover.access.Workspace;
import dev.drover.access.WorkspaceKey;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The workspaces, keys and codes in the tables `workspace`, `api_key` and `login_code`. Whatever
/// changes the keys of a workspace locks its row first.
final class SqlAccess implements AccessStore {
  /// The place of the codes in the order of writes.
  private static final String CODES = "login_code";

  private final Writer writer;
  private final Readers readers;

  SqlAccess(Writer writer, Readers readers) {
    this.writer = writer;
    this.readers = readers;
  }

  /// Workspaces are created one after the other, so that there are never too many.
  @Override
  public void create(Workspace workspace) {
    writer.call(
        workspace.id().value(),
        (db, _) -> {
          db.dialect().keepTable(db, "workspace");
          if (db.number("SELECT COUNT(*) FROM workspace WHERE archived_at IS NULL") >= WORKSPACES) {
            throw Problem.invalid(
                "This server has %,d workspaces. Archive some.".formatted(WORKSPACES));
          }
          checkName(db, workspace);
          AccessRows.insert(db, workspace);
          return true;
        });
  }

  private static void checkName(Db db, Workspace workspace) throws SQLException {
    var taken = AccessRows.named(db, workspace);
    if (taken.isPresent()) {
      throw Problem.conflict(
          "A workspace named \"%s\" already exists: %s.".formatted(workspace.name(), taken.get()));
    }
  }

  @Override
  public Workspace.Summary workspace(WorkspaceId id) {
    return readers.call(db -> AccessRows.summary(db, id));
  }

  @Override
  public Page<Workspace.Summary> workspaces(Listing listing) {
    var query =
        AccessRows.workspaces(listing.ended())
            .query(listing.page(), AccessRows.WORKSPACES, listing.limit());
    var found = readers.call(db -> db.list(query.sql(), AccessRows::summary, query.values()));
    return Cursor.page(
        found,
        listing.limit(),
        AccessRows.WORKSPACES,
        false,
        one -> new Cursor(one.workspace().createdAt(), one.workspace().id().value()));
  }

  @Override
  public void update(WorkspaceId id, UnaryOperator<Workspace> change) {
    writer.call(
        id.value(),
        (db, _) -> {
          var after = change.apply(takeActive(db, id));
          checkName(db, after);
          AccessRows.update(db, after);
          return true;
        });
  }

  private static Workspace takeActive(Db db, WorkspaceId id) throws SQLException {
    var workspace = AccessRows.take(db, id);
    if (workspace.archivedAt() != null) {
      throw Problem.invalid("Workspace " + id + " is archived.");
    }
    return workspace;
  }

  @Override
  public void archive(WorkspaceId id, Instant at) {
    writer.call(
        id.value(),
        (db, _) -> {
          AccessRows.take(db, id);
          return db.update(
              "UPDATE workspace SET archived_at = ? WHERE id = ? AND archived_at IS NULL",
              Micros.of(at),
              id.value());
        });
  }

  @Override
  public boolean create(WorkspaceKey key, String hash) {
    var workspace = key.workspace();
    return writer.call(
        workspace.value(),
        (db, _) -> {
          takeActive(db, workspace);
          long active =
              db.number(
                  "SELECT COUNT(*) FROM api_key WHERE workspace_id = ? AND revoked_at IS NULL",
                  workspace.value());
          if (active >= KEYS) {
            throw Problem.invalid(
                "Workspace %s has %,d API keys. Revoke some.".formatted(workspace, KEYS));
          }
          if (db.number("SELECT COUNT(*) FROM api_key WHERE prefix = ?", key.prefix()) > 0) {
            return false;
          }
          AccessRows.insert(db, key, hash);
          return true;
        });
  }

  @Override
  public WorkspaceKey key(WorkspaceId workspace, KeyId id) {
    return readers
        .call(db -> AccessRows.key(db, workspace, id))
        .orElseThrow(() -> AccessRows.notFound(id));
  }

  @Override
  public Page<WorkspaceKey> keys(WorkspaceId workspace, Listing listing) {
    var list = new Cursor.Of("API_KEYS_" + workspace);
    var query =
        AccessRows.keys(workspace, listing.ended()).query(listing.page(), list, listing.limit());
    var found =
        readers.call(
            db -> {
              AccessRows.summary(db, workspace);
              return db.list(query.sql(), AccessRows::key, query.values());
            });
    return Cursor.page(
        found, listing.limit(), list, false, key -> new Cursor(key.createdAt(), key.id().id()));
  }

  @Override
  public WorkspaceKey revoke(WorkspaceId workspace, KeyId id, WorkspaceKey.Revocation revocation) {
    return writer.call(
        workspace.value(),
        (db, _) -> {
          AccessRows.take(db, workspace);
          db.update(
              """
              UPDATE api_key SET revoked_at = ?, revoked_by = ?
              WHERE workspace_id = ? AND id = ? AND revoked_at IS NULL\
              """,
              Micros.of(revocation.at()),
              revocation.by().id(),
              workspace.value(),
              id.id());
          return AccessRows.key(db, workspace, id).orElseThrow(() -> AccessRows.notFound(id));
        });
  }

  @Override
  public Optional<Stored> find(String prefix) {
    return readers.call(db -> db.first(AccessRows.FIND, AccessRows::stored, prefix));
  }

  @Override
  public void addLoginCode(String hash, String reference, Instant expiresAt, Instant now) {
    writer.call(
        CODES,
        (db, _) -> {
          db.update("DELETE FROM login_code WHERE expires_at <= ?", Micros.of(now));
          return db.update(
              "INSERT INTO login_code (sha256, reference, expires_at) VALUES (?, ?, ?)",
              hash,
              reference,
              Micros.of(expiresAt));
        });
  }

  @Override
  public Optional<String> takeLoginCode(String hash, Instant now) {
    record Code(String reference, long expiresAt) {}
    return writer
        .call(
            CODES,
            (db, _) ->
                db.first(
                    "DELETE FROM login_code WHERE sha256 = ? RETURNING reference, expires_at",
                    row -> new Code(row.getString(1), row.getLong(2)),
                    hash))
        .filter(code -> now.isBefore(Micros.instant(code.expiresAt())))
        .map(Code::reference);
  }

  @Override
  public void used(WorkspaceId workspace, KeyId id, LocalDate day) {
    writer.call(
        workspace.value(),
        (db, _) ->
            db.update(
                """
                UPDATE api_key SET last_used_day = ?
                WHERE workspace_id = ? AND id = ? AND (last_used_day IS NULL OR last_used_day < ?)\
                """,
                day.toEpochDay(),
                workspace.value(),
                id.id(),
                day.toEpochDay()));
  }
}
