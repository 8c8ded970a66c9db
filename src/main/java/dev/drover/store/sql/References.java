package dev.drover.store.sql;

import dev.drover.catalog.Environment;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;
import java.sql.SQLException;
import java.util.Map;

/// The references of sessions to resources, which prevent their deletion.
final class References {
  /// The statements that count the sessions of a workspace which refer to a resource, by the type
  /// of its kind.
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
