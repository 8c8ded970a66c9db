package dev.drover.store.sql;

import dev.drover.catalog.Listing;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;

/// The statement for a page of the catalog.
final class CatalogQuery {
  private CatalogQuery() {}

  /// @param select a statement that ends in conditions on the workspace and the kind, in this order
  static NewestFirst.Query of(
      String select, WorkspaceId workspace, ResourceKind<?> kind, Listing listing) {
    var query = new NewestFirst(select, workspace.value(), kind.type());
    if (!listing.includeArchived()) {
      query.and("archived_at IS NULL");
    }
    listing.from().ifPresent(from -> query.and("created_at >= ?", Micros.ceiling(from)));
    listing.to().ifPresent(to -> query.and("created_at <= ?", Micros.of(to)));
    return query.query(listing.page(), Cursor.Of.all(kind), listing.limit());
  }
}
