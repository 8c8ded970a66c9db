package dev.drover.store.sql;

import dev.drover.base.Json;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.wire.DefinitionCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A version of an agent as it lies there.
record AgentRow(
    String id,
    int version,
    String definition,
    String metadata,
    long createdAt,
    long updatedAt,
    @Nullable Long archivedAt) {
  static AgentRow of(ResultSet row) throws SQLException {
    return new AgentRow(
        row.getString("id"),
        row.getInt("version"),
        row.getString("definition"),
        row.getString("metadata"),
        row.getLong("created_at"),
        row.getLong("updated_at"),
        Db.nullableLong(row, "archived_at"));
  }

  /// Its place in the list of all agents.
  Cursor at() {
    return new Cursor(Micros.instant(createdAt), id);
  }

  /// Its place in the list of an agent's versions.
  Cursor versionAt() {
    return Cursor.ofVersion(Micros.instant(createdAt), version);
  }

  /// Empty: it cannot be read, and no list shows it.
  Optional<Agent> listed(WorkspaceId workspace) {
    return Listed.read("version " + version + " of agent " + id, () -> read(workspace));
  }

  Agent read(WorkspaceId workspace) {
    return new Agent(
        new AgentId(id),
        workspace,
        version,
        DefinitionCodec.CODEC.stored(StoredJson.object(definition)),
        StoredJson.texts(metadata),
        Micros.instant(createdAt),
        Micros.instant(updatedAt),
        archivedAt == null ? null : Micros.instant(archivedAt));
  }

  /// The values of a new row, in the order of its columns.
  static @Nullable Object[] values(Agent agent) {
    return new @Nullable Object[] {
      agent.workspace().value(),
      agent.id().value(),
      agent.version(),
      DefinitionCodec.CODEC.write(agent.definition()).toString(),
      Json.of(agent.metadata()).toString(),
      Micros.of(agent.createdAt()),
      Micros.of(agent.updatedAt()),
      SessionRows.micros(agent.archivedAt())
    };
  }
}
