package dev.drover.store.sql;

import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import dev.drover.skills.Skill;
import dev.drover.skills.SkillId;
import dev.drover.skills.SkillVersion;
import dev.drover.skills.SkillVersionId;
import dev.drover.skills.Skills;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.store.Refusals;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The rows of skills and their versions. Whatever changes them locks their workspace first, by
/// [BlobRows#lock].
public final class SkillRows {
  static final Cursor.Of LIST = new Cursor.Of("SKILLS");
  static final Cursor.Of VERSIONS = new Cursor.Of("SKILL_VERSIONS");

  private static final String SELECT =
      """
      SELECT workspace_id, id, display_name, created_at, updated_at,
        (SELECT version.id FROM skill_version version
          WHERE version.workspace_id = skill.workspace_id AND version.skill_id = skill.id
            AND version.hidden = 0
          ORDER BY version.number DESC LIMIT 1) AS latest
      FROM skill WHERE workspace_id = ?\
      """;

  private static final String VERSION =
      """
      SELECT id, workspace_id, skill_id, number, name, description, blob_id, size, created_at
      FROM skill_version\
      """;

  private static final String VISIBLE =
      VERSION + " WHERE workspace_id = ? AND skill_id = ? AND hidden = 0";

  private SkillRows() {}

  static Skill skill(ResultSet row) throws SQLException {
    return new Skill(
        new SkillId(row.getString("id")),
        new WorkspaceId(row.getString("workspace_id")),
        row.getString("display_name"),
        new SkillVersionId(row.getString("latest")),
        Micros.instant(row.getLong("created_at")),
        Micros.instant(row.getLong("updated_at")));
  }

  static SkillVersion version(ResultSet row) throws SQLException {
    return new SkillVersion(
        new SkillVersionId(row.getString("id")),
        new WorkspaceId(row.getString("workspace_id")),
        new SkillId(row.getString("skill_id")),
        row.getString("name"),
        row.getString("description"),
        new Blob(new BlobId(row.getString("blob_id")), row.getLong("size")),
        row.getLong("number"),
        Micros.instant(row.getLong("created_at")));
  }

  /// @throws dev.drover.base.Problem `NOT_FOUND`
  static Skill get(Db db, WorkspaceId workspace, SkillId id) throws SQLException {
    return db.first(SELECT + " AND id = ?", SkillRows::skill, workspace.value(), id.value())
        .orElseThrow(() -> Refusals.notFound(id));
  }

  static boolean exists(Db db, WorkspaceId workspace, SkillId id) throws SQLException {
    return db.number(
            "SELECT COUNT(*) FROM skill WHERE workspace_id = ? AND id = ?",
            workspace.value(),
            id.value())
        > 0;
  }

  static void insert(Db db, Skill skill) throws SQLException {
    db.update(
        """
        INSERT INTO skill (workspace_id, id, display_name, imported, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?)\
        """,
        skill.workspace().value(),
        skill.id().value(),
        skill.displayName(),
        skill.id().isImported() ? 1 : 0,
        Micros.of(skill.createdAt()),
        Micros.of(skill.updatedAt()));
  }

  static void touch(Db db, WorkspaceId workspace, SkillId id, Instant at) throws SQLException {
    db.update(
        "UPDATE skill SET updated_at = ? WHERE workspace_id = ? AND id = ?",
        Micros.of(at),
        workspace.value(),
        id.value());
  }

  static void insert(Db db, SkillVersion version) throws SQLException {
    db.update(
        """
        INSERT INTO skill_version (
          id, workspace_id, skill_id, number, name, description, blob_id, size, hidden, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)\
        """,
        version.id().value(),
        version.workspace().value(),
        version.skill().value(),
        version.number(),
        version.name(),
        version.description(),
        version.content().id().value(),
        version.content().size(),
        Micros.of(version.createdAt()));
  }

  /// The number of the next version. The numbers of versions that are gone may be used again.
  static long next(Db db, WorkspaceId workspace, SkillId skill) throws SQLException {
    return 1
        + db.number(
            """
            SELECT COALESCE(MAX(number), 0) FROM skill_version
            WHERE workspace_id = ? AND skill_id = ?\
            """,
            workspace.value(),
            skill.value());
  }

  /// The newest visible version of a skill.
  static Optional<SkillVersion> latest(Db db, WorkspaceId workspace, SkillId skill)
      throws SQLException {
    return db.first(
        VISIBLE + " ORDER BY number DESC LIMIT 1",
        SkillRows::version,
        workspace.value(),
        skill.value());
  }

  static Optional<SkillVersion> version(
      Db db, WorkspaceId workspace, SkillId skill, SkillVersionId id) throws SQLException {
    return db.first(
        VISIBLE + " AND id = ?", SkillRows::version, workspace.value(), skill.value(), id.value());
  }

  static List<SkillVersion> versions(Db db, WorkspaceId workspace, SkillId skill)
      throws SQLException {
    return db.list(VISIBLE, SkillRows::version, workspace.value(), skill.value());
  }

  /// A page of versions with one more than the page, newest first.
  static List<SkillVersion> versions(
      Db db, WorkspaceId workspace, SkillId skill, int limit, long before) throws SQLException {
    return db.list(
        VISIBLE + " AND number < ? ORDER BY number DESC LIMIT ?",
        SkillRows::version,
        workspace.value(),
        skill.value(),
        before,
        limit + 1);
  }

  static void deleteSkill(Db db, WorkspaceId workspace, SkillId id) throws SQLException {
    db.update("DELETE FROM skill WHERE workspace_id = ? AND id = ?", workspace.value(), id.value());
  }

  /// Deletes a version, or hides it while a session has it.
  static void delete(Db db, BlobRows blobs, SkillVersion version) throws SQLException {
    if (isPinned(db, version.id())) {
      db.update("UPDATE skill_version SET hidden = 1 WHERE id = ?", version.id().value());
    } else {
      remove(db, blobs, version);
    }
  }

  private static boolean isPinned(Db db, SkillVersionId id) throws SQLException {
    return db.number("SELECT COUNT(*) FROM session_skill WHERE version_id = ?", id.value()) > 0;
  }

  private static void remove(Db db, BlobRows blobs, SkillVersion version) throws SQLException {
    db.update("DELETE FROM skill_version WHERE id = ?", version.id().value());
    blobs.drop(db, version.workspace(), version.content().id());
  }

  static List<SkillVersion> of(Db db, SessionId session) throws SQLException {
    return db.list(
        VERSION
            + """
             WHERE id IN (
              SELECT version_id FROM session_skill
              WHERE session_key = (SELECT key FROM session WHERE id = ?))\
            """,
        SkillRows::version,
        session.value());
  }

  /// Gives a session the versions that its agent names.
  ///
  /// @throws Problem `INVALID_REQUEST` if one was deleted meanwhile
  static void pin(Db db, BlobRows blobs, long session, WorkspaceId workspace, Definition agent)
      throws SQLException {
    if (!agent.skills().isEmpty()) {
      blobs.lock(db, workspace);
    }
    for (var skill : agent.skills()) {
      int added =
          db.update(
              """
              INSERT INTO session_skill (session_key, version_id)
              SELECT ?, id FROM skill_version WHERE id = ? AND workspace_id = ? AND hidden = 0\
              """,
              session,
              skill.version(),
              workspace.value());
      if (added != 1) {
        throw Problem.invalid(
            "skills: version %s of skill %s was deleted".formatted(skill.version(), skill.id()));
      }
    }
  }

  /// Takes the versions from a session that is deleted.
  static void unpin(Db db, BlobRows blobs, long session, WorkspaceId workspace)
      throws SQLException {
    var pinned =
        db.list(
            VERSION + " WHERE id IN (SELECT version_id FROM session_skill WHERE session_key = ?)",
            SkillRows::version,
            session);
    if (pinned.isEmpty()) {
      return;
    }
    blobs.lock(db, workspace);
    db.update("DELETE FROM session_skill WHERE session_key = ?", session);
    for (var version : pinned) {
      if (isHidden(db, version.id()) && !isPinned(db, version.id())) {
        remove(db, blobs, version);
      }
    }
  }

  private static boolean isHidden(Db db, SkillVersionId id) throws SQLException {
    return db.number("SELECT COUNT(*) FROM skill_version WHERE id = ? AND hidden = 1", id.value())
        > 0;
  }

  static NewestFirst.Query page(WorkspaceId workspace, Skills.Listing listing) {
    var query = new NewestFirst(SELECT, workspace.value());
    listing.imported().ifPresent(imported -> query.and("imported = ?", imported ? 1 : 0));
    return query.query(listing.page(), LIST, listing.limit());
  }
}
