package dev.drover.store.sql;

import dev.drover.catalog.Listing;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;

/// The statements on the rows of resources. The values of each begin with a workspace and a kind,
/// unless it says otherwise.
public final class DocumentRows {
  private static final String COLUMNS = "id, version, json, created_at, updated_at, archived_at";
  private static final String SELECT =
      "SELECT " + COLUMNS + " FROM document WHERE workspace_id = ? AND kind = ?";

  /// All, each in its latest version.
  static final String LATEST = SELECT + " AND latest = 1";

  /// The latest version of one.
  public static final String ONE = LATEST + " AND id = ?";

  /// A version of one.
  public static final String VERSION = SELECT + " AND id = ? AND version = ?";

  /// The versions of one before a version.
  public static final String VERSIONS =
      SELECT + " AND id = ? AND version < ? ORDER BY version DESC LIMIT ?";

  /// The id of another one that has a name.
  public static final String NAMED =
      """
      SELECT id FROM document
      WHERE workspace_id = ? AND kind = ? AND unique_name = ? AND latest = 1
        AND archived_at IS NULL AND id <> ?\
      """;

  /// The latest version of one, whose row is kept for this transaction.
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

  /// Gives the latest version of one another number and content. The values begin with these.
  static final String REPLACE =
      """
      UPDATE document SET version = ?, unique_name = ?, json = ?, updated_at = ?
      WHERE workspace_id = ? AND kind = ? AND id = ? AND latest = 1\
      """;

  /// Archives one with all versions; the update counts for the latest. The values begin with times.
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

  /// A page of all.
  public static String list(WorkspaceId workspace, ResourceKind<?> kind, Listing listing) {
    return CatalogQuery.of(LATEST, workspace, kind, listing).sql();
  }
}
