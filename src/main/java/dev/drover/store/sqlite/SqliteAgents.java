package dev.drover.store.sqlite;

import dev.drover.base.Json;
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
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.Fields;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

final class SqliteAgents implements Agents {
  private static final String SELECT =
      """
      SELECT id, version, definition, metadata, created_at, updated_at, archived_at FROM agent
      WHERE workspace_id = ?\
      """;
  private static final String LATEST =
      SELECT
          + """
          AND version = (
           SELECT MAX(version) FROM agent newest
           WHERE newest.workspace_id = agent.workspace_id AND newest.id = agent.id)\
          """;

  private final Writer writer;
  private final Readers readers;

  SqliteAgents(Writer writer, Readers readers) {
    this.writer = writer;
    this.readers = readers;
  }

  private record Raw(
      String id,
      int version,
      String definition,
      String metadata,
      long createdAt,
      long updatedAt,
      @Nullable Long archivedAt) {
    static Raw of(ResultSet row) throws SQLException {
      return new Raw(
          row.getString("id"),
          row.getInt("version"),
          row.getString("definition"),
          row.getString("metadata"),
          row.getLong("created_at"),
          row.getLong("updated_at"),
          Db.nullableLong(row, "archived_at"));
    }

    Agent read(WorkspaceId workspace) {
      return new Agent(
          new AgentId(id),
          workspace,
          version,
          DefinitionCodec.read(Fields.of(Json.trusted(definition), "")),
          OriginRows.texts(metadata),
          Micros.instant(createdAt),
          Micros.instant(updatedAt),
          archivedAt == null ? null : Micros.instant(archivedAt));
    }
  }

  @Override
  public void put(Agent agent) {
    var definition = DefinitionCodec.write(agent.definition()).toString();
    var metadata = Json.of(agent.metadata()).toString();
    writer.call(
        (db, _) -> {
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
                workspace_id, id, version, definition, metadata, created_at, updated_at,
                archived_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?)\
              """,
              agent.workspace().value(),
              agent.id().value(),
              agent.version(),
              definition,
              metadata,
              Micros.of(agent.createdAt()),
              Micros.of(agent.updatedAt()),
              SessionRows.micros(agent.archivedAt()));
        });
  }

  @Override
  public Agent get(WorkspaceId workspace, AgentId id, OptionalInt version) {
    var raw =
        version.isPresent()
            ? readers.call(
                db ->
                    db.first(
                        SELECT + " AND id = ? AND version = ?",
                        Raw::of,
                        workspace.value(),
                        id.value(),
                        version.getAsInt()))
            : readers.call(
                db -> db.first(LATEST + " AND id = ?", Raw::of, workspace.value(), id.value()));
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
    var query = CatalogQuery.of(LATEST, workspace, listing, Cursor.Of.AGENTS);
    var found =
        readers.call(db -> db.list(query.sql(), Raw::of, query.values())).stream()
            .map(raw -> raw.read(workspace))
            .toList();
    return Cursor.page(
        found,
        listing.limit(),
        Cursor.Of.AGENTS,
        false,
        agent -> new Cursor(agent.createdAt(), agent.id().value()));
  }
}
