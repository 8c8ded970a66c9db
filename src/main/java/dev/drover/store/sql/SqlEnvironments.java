package dev.drover.store.sql;

import dev.drover.base.Json;
import dev.drover.base.Page;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.Environments;
import dev.drover.catalog.Listing;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.store.Refusals;
import dev.drover.wire.NetworkingCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

final class SqlEnvironments implements Environments {
  private static final String SELECT =
      """
      SELECT id, name, description, networking, metadata, newer, created_at, updated_at, archived_at
      FROM environment WHERE workspace_id = ?\
      """;

  /// Reads a row and keeps it for this transaction.
  private static final String TAKE =
      """
      UPDATE environment SET id = id WHERE workspace_id = ? AND id = ?
      RETURNING id, name, description, networking, metadata, newer, created_at, updated_at,
        archived_at\
      """;

  private final Writer writer;
  private final Readers readers;

  SqlEnvironments(Writer writer, Readers readers) {
    this.writer = writer;
    this.readers = readers;
  }

  private record Raw(
      String id,
      String name,
      @Nullable String description,
      String networking,
      String metadata,
      String newer,
      long createdAt,
      long updatedAt,
      @Nullable Long archivedAt) {
    static Raw of(ResultSet row) throws SQLException {
      return new Raw(
          row.getString("id"),
          row.getString("name"),
          row.getString("description"),
          row.getString("networking"),
          row.getString("metadata"),
          row.getString("newer"),
          row.getLong("created_at"),
          row.getLong("updated_at"),
          Db.nullableLong(row, "archived_at"));
    }

    Cursor at() {
      return new Cursor(Micros.instant(createdAt), id);
    }

    /// Empty: it cannot be read, and no list shows it.
    Optional<Environment> listed(WorkspaceId workspace) {
      return Listed.read("environment " + id, () -> read(workspace));
    }

    Environment read(WorkspaceId workspace) {
      return new Environment(
          new EnvironmentId(id),
          workspace,
          name,
          description,
          NetworkingCodec.CODEC.stored(StoredJson.object(networking)),
          StoredJson.texts(metadata),
          Micros.instant(createdAt),
          Micros.instant(updatedAt),
          archivedAt == null ? null : Micros.instant(archivedAt),
          StoredJson.object(newer));
    }
  }

  @Override
  public void create(Environment environment) {
    var networking = NetworkingCodec.CODEC.write(environment.networking()).toString();
    var metadata = Json.of(environment.metadata()).toString();
    writer.call(
        environment.id().value(),
        (db, _) -> {
          if (environment.archivedAt() == null) {
            checkName(db, environment);
          }
          return db.update(
              """
              INSERT INTO environment (
                workspace_id, id, name, description, networking, metadata, created_at,
                updated_at, archived_at, newer)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
              """,
              environment.workspace().value(),
              environment.id().value(),
              environment.name(),
              environment.description(),
              networking,
              metadata,
              Micros.of(environment.createdAt()),
              Micros.of(environment.updatedAt()),
              SessionRows.micros(environment.archivedAt()),
              environment.newer().toString());
        });
  }

  private static void checkName(Db db, Environment environment) throws SQLException {
    var taken =
        db.first(
            """
            SELECT id FROM environment
            WHERE workspace_id = ? AND name = ? AND archived_at IS NULL AND id <> ?\
            """,
            row -> new EnvironmentId(row.getString(1)),
            environment.workspace().value(),
            environment.name(),
            environment.id().value());
    if (taken.isPresent()) {
      throw Refusals.nameTaken(environment, taken.get());
    }
  }

  @Override
  public Environment update(
      WorkspaceId workspace, EnvironmentId id, UnaryOperator<Environment> change) {
    return writer.call(
        id.value(),
        (db, _) -> {
          var before = take(db, workspace, id);
          if (before.archivedAt() != null) {
            throw Refusals.archived(id);
          }
          var after = change.apply(before);
          checkName(db, after);
          keep(db, after);
          return after;
        });
  }

  @Override
  public Environment archive(WorkspaceId workspace, EnvironmentId id, Instant at) {
    return writer.call(
        id.value(),
        (db, _) -> {
          var before = take(db, workspace, id);
          if (before.archivedAt() != null) {
            return before;
          }
          var after = before.archived(at);
          keep(db, after);
          return after;
        });
  }

  private static Environment take(Db db, WorkspaceId workspace, EnvironmentId id)
      throws SQLException {
    return db.first(TAKE, Raw::of, workspace.value(), id.value())
        .orElseThrow(() -> Refusals.notFound(id))
        .read(workspace);
  }

  private static void keep(Db db, Environment environment) throws SQLException {
    db.update(
        """
        UPDATE environment SET
          name = ?, description = ?, networking = ?, metadata = ?, newer = ?, updated_at = ?,
          archived_at = ?
        WHERE workspace_id = ? AND id = ?\
        """,
        environment.name(),
        environment.description(),
        NetworkingCodec.CODEC.write(environment.networking()).toString(),
        Json.of(environment.metadata()).toString(),
        environment.newer().toString(),
        Micros.of(environment.updatedAt()),
        SessionRows.micros(environment.archivedAt()),
        environment.workspace().value(),
        environment.id().value());
  }

  @Override
  public void delete(WorkspaceId workspace, EnvironmentId id) {
    writer.call(
        id.value(),
        (db, _) -> {
          take(db, workspace, id);
          long sessions =
              db.number(
                  """
                  SELECT COUNT(*) FROM session_origin
                  WHERE workspace_id = ? AND environment_id = ?\
                  """,
                  workspace.value(),
                  id.value());
          if (sessions > 0) {
            throw Refusals.inUse(id);
          }
          return db.update(
              "DELETE FROM environment WHERE workspace_id = ? AND id = ?",
              workspace.value(),
              id.value());
        });
  }

  @Override
  public Environment get(WorkspaceId workspace, EnvironmentId id) {
    return readers
        .call(db -> db.first(SELECT + " AND id = ?", Raw::of, workspace.value(), id.value()))
        .orElseThrow(() -> Refusals.notFound(id))
        .read(workspace);
  }

  @Override
  public Page<Environment> list(WorkspaceId workspace, Listing listing) {
    var query =
        CatalogQuery.of(SELECT, workspace, listing, Cursor.Of.ENVIRONMENTS)
            .sized(
                "COALESCE(octet_length(description), 0) + octet_length(networking)"
                    + " + octet_length(metadata) + octet_length(newer)");
    var found = readers.call(db -> query.run(db, listing.limit(), Raw::of));
    return Cursor.page(found.items(), found.limit(), Cursor.Of.ENVIRONMENTS, false, Raw::at)
        .each(raw -> raw.listed(workspace));
  }
}
