package dev.drover.store.sql;

import dev.drover.catalog.Listing;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import java.util.ArrayList;
import java.util.List;

/// The statement for a page of the catalog, newest first. It reads one row more than the page,
/// which shows whether there is a next page.
record CatalogQuery(String sql, List<Object> bound) {

  /// @param select a statement that ends in conditions on the workspace and the kind, in this order
  static CatalogQuery of(
      String select, WorkspaceId workspace, ResourceKind<?> kind, Listing listing) {
    var sql = new StringBuilder(select);
    var bound = new ArrayList<Object>();
    bound.add(workspace.value());
    bound.add(kind.type());
    if (!listing.includeArchived()) {
      sql.append(" AND archived_at IS NULL");
    }
    listing
        .from()
        .ifPresent(
            from -> {
              sql.append(" AND created_at >= ?");
              bound.add(Micros.ceiling(from));
            });
    listing
        .to()
        .ifPresent(
            to -> {
              sql.append(" AND created_at <= ?");
              bound.add(Micros.of(to));
            });
    Cursor.read(listing.page(), Cursor.Of.all(kind), false)
        .ifPresent(
            after -> {
              sql.append(" AND (created_at, id) < (?, ?)");
              bound.add(Micros.of(after.createdAt()));
              bound.add(after.id());
            });
    sql.append(" ORDER BY created_at DESC, id DESC LIMIT ?");
    bound.add(listing.limit() + 1L);
    return new CatalogQuery(sql.toString(), bound);
  }

  /// @param size the expression for the size of a row, in bytes
  PageQuery sized(String size) {
    return PageQuery.of(sql, size, bound);
  }
}
