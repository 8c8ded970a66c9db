package dev.drover.store.sql;

import dev.drover.catalog.Environment;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;
import java.sql.SQLException;
import java.util.Map;

/// What sessions refer to, and what therefore cannot be deleted.
final class References {
  /// By the type of the kind: how many sessions of a workspace refer to a resource.
  private static final Map<String, String> COUNTS =
      Map.of(
          Environment.KIND.type(),
          "SELECT COUNT(*) FROM session_origin WHERE workspace_id = ? AND environment_id = ?");

  private References() {}

  static boolean exist(Db db, WorkspaceId workspace, ResourceKind<?> kind, String id)
      throws SQLException {
    var count = COUNTS.get(kind.type());
    return count != null && db.number(count, workspace.value(), id) > 0;
  }
}
