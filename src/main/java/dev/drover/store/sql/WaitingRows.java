package dev.drover.store.sql;

import dev.drover.catalog.WorkspaceId;
import dev.drover.session.EventId;
import dev.drover.session.Overview;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.store.Awaited;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The queries for sessions that wait for a person, and for the states of some sessions. A session
/// that has received something since its turn was paused does not wait: it goes on soon.
public final class WaitingRows {
  static final Cursor.Of LIST = new Cursor.Of("WAITING");

  private static final String WAITS = " session.waits = 1 AND session.received <= session.seen";

  private static final String BY_ID =
      """
      SELECT session.id, session.workspace_id, session.status, session.awaited, session.updated_at,
        session.received, session.seen, session.waits, origin.title, origin.budget
      FROM session JOIN session_origin origin ON origin.session_key = session.key
      WHERE session.id IN (\
      """
          + EventRows.marks(Sessions.OVERVIEWS)
          + ")";

  private WaitingRows() {}

  /// A page of the waiting sessions of a workspace.
  static PageQuery query(WorkspaceId workspace, Sessions.Waiting which) {
    var bound = new ArrayList<Object>(List.of(workspace.value()));
    var sql = new StringBuilder(select(which.reason()));
    Cursor.read(which.page(), LIST, true)
        .ifPresent(
            after -> {
              sql.append(" AND (session.last_processed, session.id) > (?, ?)");
              bound.add(Micros.of(after.createdAt()));
              bound.add(after.id());
            });
    sql.append(" ORDER BY session.last_processed, session.id LIMIT ?");
    bound.add(which.limit() + 1L);
    return PageQuery.of(sql.toString(), "octet_length(origin.agent)", bound);
  }

  /// The statement without its end. Its cost grows with the waiting sessions, not with all
  /// sessions.
  public static String select(Optional<Overview.Wait> reason) {
    return "SELECT session.last_processed, "
        + SessionOriginRows.SELECT.substring("SELECT ".length())
        + " WHERE session.workspace_id = ? AND"
        + WAITS
        + reason
            .map(
                one ->
                    switch (one) {
                      case CLIENT -> " AND session.awaited <> ''";
                      case BUDGET -> " AND session.awaited = '' AND origin.budget IS NOT NULL";
                      case OTHER -> " AND session.awaited = '' AND origin.budget IS NULL";
                    })
            .orElse("");
  }

  static Listed<SessionOriginRows.Raw> listed(ResultSet row) throws SQLException {
    var at = new Cursor(Micros.instant(row.getLong("last_processed")), row.getString("id"));
    return Listed.of(at, "session " + at.id(), row, SessionOriginRows.Raw::of);
  }

  static long count(Db db, WorkspaceId workspace) throws SQLException {
    return db.number(
        "SELECT COUNT(*) FROM (SELECT 1 FROM session WHERE session.workspace_id = ? AND"
            + WAITS
            + " LIMIT ?) AS waiting",
        workspace.value(),
        Sessions.MOST_COUNTED);
  }

  /// The states of sessions. One that cannot be read is left out.
  ///
  /// @param ids from 1 to [Sessions#OVERVIEWS]
  static List<Overview> overviews(Db db, List<SessionId> ids) throws SQLException {
    var values = new Object[Sessions.OVERVIEWS];
    for (int i = 0; i < values.length; i++) {
      values[i] = ids.get(Math.min(i, ids.size() - 1)).value();
    }
    return db.list(BY_ID, WaitingRows::overview, values).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Overview> overview(ResultSet row) throws SQLException {
    var id = row.getString("id");
    var workspace = row.getString("workspace_id");
    var status = row.getString("status");
    var title = row.getString("title");
    var awaited = row.getString("awaited");
    boolean hasBudget = Db.nullableLong(row, "budget") != null;
    boolean waits = row.getInt("waits") == 1 && row.getLong("received") <= row.getLong("seen");
    var updated = Micros.instant(row.getLong("updated_at"));
    return Listed.read(
        "session " + id,
        () -> {
          var calls = calls(awaited);
          return new Overview(
              new SessionId(id),
              new WorkspaceId(workspace),
              SessionRows.status(status),
              title,
              waits ? Optional.of(Overview.wait(!calls.isEmpty(), hasBudget)) : Optional.empty(),
              calls,
              updated);
        });
  }

  private static List<EventId> calls(String awaited) {
    return Awaited.parse(awaited).uses().stream().map(Awaited.Use::id).toList();
  }
}
