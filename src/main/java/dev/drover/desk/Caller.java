package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import java.util.Set;

/// Who calls.
///
/// @param key the key that the caller has shown
/// @param workspace whose things the caller reaches; all others do not exist for it
/// @param may what the key is allowed to do there
public record Caller(KeyId key, WorkspaceId workspace, Set<KeyScope> may) {
  public Caller {
    may = Set.copyOf(may);
  }

  /// Refuses what the key is not allowed to do.
  ///
  /// @throws Problem `PERMISSION`
  public void check(KeyScope scope) {
    if (!may.contains(scope)) {
      throw Problem.forbidden(
          "This API key is not allowed to do this: it lacks the scope " + scope);
    }
  }
}
