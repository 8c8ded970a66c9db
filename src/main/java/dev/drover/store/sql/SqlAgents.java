package dev.drover.store.sql;

import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Agents;
import dev.drover.catalog.Listing;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.store.Refusals;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

final class SqlAgents implements Agents {
  private static final String SELECT =
      """
      SELECT id, version, definition, metadata, created_at, updated_at, archived_at FROM agent
      WHERE workspace_id = ?\
      """;
  private static final String SIZE = "octet_length(definition) + octet_length(metadata)";
  private static final String LATEST =
      SELECT
          + " AND version = (SELECT MAX(version) FROM agent newest"
          + " WHERE newest.workspace_id = agent.workspace_id AND newest.id = agent.id)";

  private final Writer writer;
  private final Readers readers;

  SqlAgents(Writer writer, Readers readers) {
    this.writer = writer;
    this.readers = readers;
  }

  @Override
  public void put(Agent agent) {
    var values = AgentRow.values(agent);
    writer.call(agent.id().value(), (db, _) -> put(db, agent, values));
  }

  private static int put(Db db, Agent agent, @Nullable Object[] values) throws SQLException {
    int latest =
        (int)
            db.number(
                """
                SELECT COALESCE(MAX(version), 0) FROM agent
                WHERE workspace_id = ? AND id = ?\
                """,
                agent.workspace().value(),
                agent.id().value());
    if (agent.version() != latest + 1) {
      throw Refusals.versionTaken(agent, latest);
    }
    return db.update(
        """
        INSERT INTO agent (
          workspace_id, id, version, definition, metadata, created_at, updated_at, archived_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        values);
  }

  @Override
  public Agent update(WorkspaceId workspace, AgentId id, UnaryOperator<Agent> change) {
    return writer.call(
        id.value(),
        (db, _) -> {
          var latest = latest(db, workspace, id);
          if (latest.archivedAt() != null) {
            throw Refusals.agentArchived();
          }
          var next = change.apply(latest);
          if (!next.equals(latest)) {
            put(db, next, AgentRow.values(next));
          }
          return next;
        });
  }

  @Override
  public Agent archive(WorkspaceId workspace, AgentId id, Instant at) {
    return writer.call(
        id.value(),
        (db, _) -> {
          db.update(
              """
              UPDATE agent SET archived_at = ?
              WHERE workspace_id = ? AND id = ? AND archived_at IS NULL\
              """,
              Micros.of(at),
              workspace.value(),
              id.value());
          return latest(db, workspace, id);
        });
  }

  /// Keeps the agent for this transaction, through its first version, which every agent has.
  private static Agent latest(Db db, WorkspaceId workspace, AgentId id) throws SQLException {
    db.update(
        "UPDATE agent SET version = version WHERE workspace_id = ? AND id = ? AND version = 1",
        workspace.value(),
        id.value());
    return db.first(LATEST + " AND id = ?", AgentRow::of, workspace.value(), id.value())
        .orElseThrow(() -> Refusals.notFound(id))
        .read(workspace);
  }

  @Override
  public Page<Agent> versions(WorkspaceId workspace, AgentId id, int limit, Optional<String> page) {
    int before =
        Cursor.read(page, Cursor.Of.AGENT_VERSIONS, false)
            .map(Cursor::version)
            .orElse(Integer.MAX_VALUE);
    var query =
        PageQuery.of(
            SELECT + " AND id = ? AND version < ? ORDER BY version DESC LIMIT ?",
            SIZE,
            List.of(workspace.value(), id.value(), before, limit));
    var found = readers.call(db -> query.run(db, limit, AgentRow::of));
    if (found.items().isEmpty()) {
      get(workspace, id, OptionalInt.empty());
    }
    return Cursor.page(
            found.items(), found.limit(), Cursor.Of.AGENT_VERSIONS, false, AgentRow::versionAt)
        .each(row -> row.listed(workspace));
  }

  @Override
  public Agent get(WorkspaceId workspace, AgentId id, OptionalInt version) {
    var raw =
        version.isPresent()
            ? readers.call(
                db ->
                    db.first(
                        SELECT + " AND id = ? AND version = ?",
                        AgentRow::of,
                        workspace.value(),
                        id.value(),
                        version.getAsInt()))
            : readers.call(
                db ->
                    db.first(LATEST + " AND id = ?", AgentRow::of, workspace.value(), id.value()));
    return raw.orElseThrow(() -> missing(workspace, id, version)).read(workspace);
  }

  /// Every agent has a version 1.
  private Problem missing(WorkspaceId workspace, AgentId id, OptionalInt version) {
    if (version.isPresent() && version.getAsInt() != 1) {
      get(workspace, id, OptionalInt.of(1));
      return Refusals.noSuchVersion();
    }
    return Refusals.notFound(id);
  }

  @Override
  public Page<Agent> list(WorkspaceId workspace, Listing listing) {
    var query = CatalogQuery.of(LATEST, workspace, listing, Cursor.Of.AGENTS).sized(SIZE);
    var found = readers.call(db -> query.run(db, listing.limit(), AgentRow::of));
    return Cursor.page(found.items(), found.limit(), Cursor.Of.AGENTS, false, AgentRow::at)
        .each(row -> row.listed(workspace));
  }
}
