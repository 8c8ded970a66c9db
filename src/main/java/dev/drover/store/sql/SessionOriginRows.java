package dev.drover.store.sql;

import dev.drover.base.Json;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.Packages;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Money;
import dev.drover.session.Progress;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.Status;
import dev.drover.session.ThreadId;
import dev.drover.store.Micros;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.NetworkingCodec;
import dev.drover.wire.PackagesCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of sessions' origins and editable values, and the reading of whole sessions.
final class SessionOriginRows {
  static final String SELECT =
      "SELECT session.key, session.id, session.workspace_id, session.created_at, origin.thread_id,"
          + " origin.agent_id, origin.agent_version, origin.agent, origin.environment_id,"
          + " origin.networking, origin.title, origin.metadata, origin.budget, origin.notes,"
          + " origin.resources, origin.vault_ids, origin.packages, origin.newer, "
          + SessionRows.PROGRESS
          + " FROM session JOIN session_origin origin ON origin.session_key = session.key";

  private SessionOriginRows() {}

  /// The row of a session. Its JSON is parsed later, on the caller's thread.
  ///
  /// @param counted the number of resources, which are in another table
  record Raw(
      long key,
      String id,
      String workspace,
      long createdAt,
      String thread,
      String agentId,
      int agentVersion,
      String agent,
      String environment,
      String networking,
      @Nullable String title,
      String metadata,
      @Nullable Long budget,
      String notes,
      int counted,
      String vaults,
      String packages,
      String newer,
      String status,
      Progress progress,
      List<SessionResource> resources) {
    static Raw of(ResultSet row) throws SQLException {
      return new Raw(
          row.getLong("key"),
          row.getString("id"),
          row.getString("workspace_id"),
          row.getLong("created_at"),
          row.getString("thread_id"),
          row.getString("agent_id"),
          row.getInt("agent_version"),
          row.getString("agent"),
          row.getString("environment_id"),
          row.getString("networking"),
          row.getString("title"),
          row.getString("metadata"),
          Db.nullableLong(row, "budget"),
          row.getString("notes"),
          row.getInt("resources"),
          row.getString("vault_ids"),
          row.getString("packages"),
          row.getString("newer"),
          row.getString("status"),
          SessionRows.progress(row),
          List.of());
    }

    Raw with(List<SessionResource> read) {
      return new Raw(
          key,
          id,
          workspace,
          createdAt,
          thread,
          agentId,
          agentVersion,
          agent,
          environment,
          networking,
          title,
          metadata,
          budget,
          notes,
          counted,
          vaults,
          packages,
          newer,
          status,
          progress,
          read);
    }

    /// The fields of a newer version. A status that this version does not know is shown unchanged.
    private Json.Obj newerFields() {
      var fields = StoredJson.object(newer);
      return progress.status() == Status.OTHER ? fields.with("status", status) : fields;
    }

    /// @throws IllegalStateException if the row is damaged
    Session read() {
      return new Session(
          new SessionId(id),
          new Session.Origin(
              new WorkspaceId(workspace),
              new ThreadId(thread),
              new AgentId(agentId),
              agentVersion,
              new EnvironmentId(environment),
              NetworkingCodec.CODEC.stored(StoredJson.object(networking)),
              Micros.instant(createdAt),
              StoredJson.list(notes),
              StoredJson.list(vaults).stream().map(VaultId::new).toList(),
              PackagesCodec.CODEC.stored(StoredJson.object(packages)),
              newerFields()),
          new Session.Editable(
              DefinitionCodec.CODEC.stored(StoredJson.object(agent)),
              title,
              StoredJson.texts(metadata),
              Optional.ofNullable(budget).map(Money::new)),
          resources,
          progress);
    }
  }

  /// The session that a statement finds, with its resources.
  static Optional<Raw> first(Db db, String sql, Object... values) throws SQLException {
    var raw = db.first(sql, Raw::of, values);
    return raw.isPresent() && raw.get().counted > 0
        ? Optional.of(raw.get().with(SessionResourceRows.of(db, "?", raw.get().key)))
        : raw;
  }

  /// The same sessions, with their resources.
  static List<Listed<Raw>> equipped(Db db, List<Listed<Raw>> sessions) throws SQLException {
    var keys =
        sessions.stream()
            .flatMap(listed -> listed.raw().stream())
            .filter(raw -> raw.counted > 0)
            .map(Raw::key)
            .toList();
    if (keys.isEmpty()) {
      return sessions;
    }
    var resources = SessionResourceRows.of(db, keys);
    return sessions.stream()
        .map(listed -> listed.map(raw -> raw.with(resources.getOrDefault(raw.key, List.of()))))
        .toList();
  }

  /// The values of a new row, computed on the caller's thread.
  static @Nullable Object[] write(Session session) {
    var origin = session.origin();
    var editable = session.editable();
    return new @Nullable Object[] {
      null, // the key, which is not known yet
      origin.workspace().value(),
      origin.primary().value(),
      origin.agentId().value(),
      origin.agentVersion(),
      DefinitionCodec.CODEC.write(editable.agent()).toString(),
      origin.environment().value(),
      NetworkingCodec.CODEC.write(origin.networking()).toString(),
      editable.title(),
      Json.of(editable.metadata()).toString(),
      editable.budget().map(Money::cents).orElse(null),
      Json.of(origin.notes()).toString(),
      Json.of(origin.vaults().stream().map(VaultId::value).toList()).toString(),
      origin.packages().equals(Packages.NONE)
          ? "{}"
          : PackagesCodec.CODEC.write(origin.packages()).toString(),
      origin.newer().toString()
    };
  }

  static void insert(Db db, long key, @Nullable Object[] origin) throws SQLException {
    var values = origin.clone();
    values[0] = key;
    db.update(
        """
        INSERT INTO session_origin (
          session_key, workspace_id, thread_id, agent_id, agent_version, agent, environment_id,
          networking, title, metadata, budget, notes, vault_ids, packages, newer)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        values);
  }

  /// Stores the values that an update can change.
  static void update(Db db, long key, Session session) throws SQLException {
    var editable = session.editable();
    db.update(
        """
        UPDATE session_origin SET agent = ?, title = ?, metadata = ?, budget = ?
        WHERE session_key = ?\
        """,
        DefinitionCodec.CODEC.write(editable.agent()).toString(),
        editable.title(),
        Json.of(editable.metadata()).toString(),
        editable.budget().map(Money::cents).orElse(null),
        key);
  }
}
