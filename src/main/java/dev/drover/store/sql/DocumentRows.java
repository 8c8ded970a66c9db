package dev.drover.store.sql;

import dev.drover.catalog.Listing;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;

/// The statements on the rows of resources. The values of each statement begin with a workspace and
/// a kind, unless its comment says otherwise.
public final class DocumentRows {
  private static final String COLUMNS = "id, version, json, created_at, updated_at, archived_at";
  private static final String SELECT =
      "SELECT " + COLUMNS + " FROM document WHERE workspace_id = ? AND kind = ?";

  /// The latest versions of all resources.
  static final String LATEST = SELECT + " AND latest = 1";

  /// The latest version of a resource.
  public static final String ONE = LATEST + " AND id = ?";

  /// A version of a resource.
  public static final String VERSION = SELECT + " AND id = ? AND version = ?";

  /// The versions of a resource before a version.
  public static final String VERSIONS =
      SELECT + " AND id = ? AND version < ? ORDER BY version DESC LIMIT ?";

  /// The id of another resource that has a name.
  public static final String NAMED =
      """
      SELECT id FROM document
      WHERE workspace_id = ? AND kind = ? AND unique_name = ? AND latest = 1
        AND archived_at IS NULL AND id <> ?\
      """;

  /// The latest version of a resource; its row is locked for this transaction.
  static final String TAKE =
      "UPDATE document SET id = id WHERE workspace_id = ? AND kind = ? AND id = ? AND latest = 1"
          + " RETURNING "
          + COLUMNS;

  static final String INSERT =
      """
      INSERT INTO document (
        workspace_id, kind, id, version, latest, unique_name, json, created_at, updated_at,
        archived_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  /// Changes the number and the content of the latest version of a resource. The values begin with
  /// these.
  static final String REPLACE =
      """
      UPDATE document SET version = ?, unique_name = ?, json = ?, updated_at = ?
      WHERE workspace_id = ? AND kind = ? AND id = ? AND latest = 1\
      """;

  /// Archives a resource with all versions; only the latest one gets a new update time. The values
  /// begin with times.
  static final String ARCHIVE =
      """
      UPDATE document SET archived_at = ?,
        updated_at = CASE latest WHEN 1 THEN ? ELSE updated_at END
      WHERE workspace_id = ? AND kind = ? AND id = ?\
      """;

  static final String DELETE =
      "DELETE FROM document WHERE workspace_id = ? AND kind = ? AND id = ?";

  /// The size of a row, in bytes.
  static final String SIZE = "octet_length(json)";

  private DocumentRows() {}

  /// The statement for a page of all resources.
  public static String list(WorkspaceId workspace, ResourceKind<?> kind, Listing listing) {
    return CatalogQuery.of(LATEST, workspace, kind, listing).sql();
  }
}
