package dev.drover.store.sql;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Money;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadId;
import dev.drover.store.CachedFold;
import dev.drover.store.Micros;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.EnvironmentCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a session was made from, and a session put together from that and its moving part.
final class OriginRows {
  static final String SELECT =
      "SELECT session.id, session.workspace_id, session.created_at, origin.thread_id,"
          + " origin.agent_id, origin.agent_version, origin.agent, origin.environment_id,"
          + " origin.networking, origin.title, origin.metadata, origin.budget, "
          + SessionRows.FOLD
          + " FROM session JOIN session_origin origin ON origin.session_id = session.id";

  private OriginRows() {}

  /// A session as it lies there. Reading its JSON is left to the caller's own thread.
  record Raw(
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
      CachedFold fold) {
    static Raw of(ResultSet row) throws SQLException {
      return new Raw(
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
          SessionRows.fold(row));
    }

    /// @throws IllegalStateException if it cannot be read: it was not a client who wrote it so
    Session read() {
      try {
        return session();
      } catch (Problem e) {
        throw new IllegalStateException("the row of session " + id + " is damaged", e);
      }
    }

    private Session session() {
      return new Session(
          new SessionId(id),
          new WorkspaceId(workspace),
          new ThreadId(thread),
          new AgentId(agentId),
          agentVersion,
          DefinitionCodec.read(Fields.of(Json.trusted(agent), "")),
          new EnvironmentId(environment),
          EnvironmentCodec.readNetworking(Fields.of(Json.trusted(networking), "")),
          title,
          texts(metadata),
          Optional.ofNullable(budget).map(Money::new),
          fold.status(),
          fold.usage(),
          fold.runningSince(),
          fold.started(),
          fold.boundary(),
          Micros.instant(createdAt),
          fold.updatedAt(),
          fold.archivedAt());
    }
  }

  /// The values of a new row, made on the caller's own thread.
  static @Nullable Object[] write(Session session) {
    return new @Nullable Object[] {
      session.id().value(),
      session.workspace().value(),
      session.thread().value(),
      session.agentId().value(),
      session.agentVersion(),
      DefinitionCodec.write(session.agent()).toString(),
      session.environment().value(),
      EnvironmentCodec.networking(session.networking()).toString(),
      session.title(),
      Json.of(session.metadata()).toString(),
      session.budget().map(Money::cents).orElse(null)
    };
  }

  static void insert(Db db, @Nullable Object[] origin) throws SQLException {
    db.update(
        """
        INSERT INTO session_origin (
          session_id, workspace_id, thread_id, agent_id, agent_version, agent, environment_id,
          networking, title, metadata, budget)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        origin);
  }

  /// Keeps what an update may change.
  static void update(Db db, Session session) throws SQLException {
    db.update(
        """
        UPDATE session_origin SET agent = ?, title = ?, metadata = ?, budget = ?
        WHERE session_id = ?\
        """,
        DefinitionCodec.write(session.agent()).toString(),
        session.title(),
        Json.of(session.metadata()).toString(),
        session.budget().map(Money::cents).orElse(null),
        session.id().value());
  }

  /// A map of strings, as it was written.
  static Map<String, String> texts(String json) {
    var texts = new LinkedHashMap<String, String>();
    if (Json.trusted(json) instanceof Json.Obj object) {
      object.fields().forEach((key, value) -> texts.put(key, ((Json.Str) value).value()));
    }
    return texts;
  }
}
