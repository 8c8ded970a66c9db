package dev.drover.store.sql;

import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Sessions.Listing;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The statement for a page of sessions. It reads one row more than the page, which shows whether
/// more follow.
public record SessionQuery(String sql, List<Object> bound) {

  /// @param from the end of the previous or the next page; rows are read in the direction away from
  ///   it
  public static SessionQuery of(WorkspaceId workspace, Listing listing, Optional<Cursor> from) {
    var sql = new StringBuilder(SessionOriginRows.SELECT);
    var bound = new ArrayList<Object>();
    bound.add(workspace.value());
    if (listing.agent().isPresent()) {
      // Both tables have the workspace; the condition on this one alone uses the index of an
      // agent's sessions.
      sql.append(" WHERE origin.workspace_id = ? AND origin.agent_id = ?");
      bound.add(listing.agent().get().value());
    } else {
      sql.append(" WHERE session.workspace_id = ?");
    }
    if (!listing.includeArchived()) {
      sql.append(" AND session.archived_at IS NULL");
    }
    if (!listing.statuses().isEmpty()) {
      sql.append(" AND session.status IN (")
          .append(EventRows.marks(listing.statuses().size()))
          .append(")");
      listing.statuses().forEach(status -> bound.add(SessionRows.text(status)));
    }
    if (listing.agentVersion().isPresent()) {
      sql.append(" AND origin.agent_version = ?");
      bound.add(listing.agentVersion().getAsInt());
    }
    if (listing.store().isPresent()) {
      sql.append(
          " AND session.key IN (SELECT session_key FROM session_resource WHERE store_id = ?)");
      bound.add(listing.store().get().value());
    }
    if (listing.from().isPresent()) {
      sql.append(" AND session.created_at >= ?");
      bound.add(Micros.ceiling(listing.from().get()));
    }
    if (listing.to().isPresent()) {
      sql.append(" AND session.created_at <= ?");
      bound.add(Micros.of(listing.to().get()));
    }
    boolean ascending = Cursor.upwards(from, listing.ascending());
    if (from.isPresent()) {
      sql.append(" AND (session.created_at, session.id) ")
          .append(ascending ? "> (?, ?)" : "< (?, ?)");
      bound.add(Micros.of(from.get().createdAt()));
      bound.add(from.get().id());
    }
    sql.append(
        ascending
            ? " ORDER BY session.created_at, session.id"
            : " ORDER BY session.created_at DESC, session.id DESC");
    sql.append(" LIMIT ?");
    bound.add(listing.limit() + 1L);
    return new SessionQuery(sql.toString(), bound);
  }

  PageQuery sized() {
    return PageQuery.of(
        sql,
        "octet_length(origin.agent) + octet_length(origin.metadata) + octet_length(origin.notes)"
            + " + octet_length(origin.newer) + 400 * origin.resources",
        bound);
  }
}
