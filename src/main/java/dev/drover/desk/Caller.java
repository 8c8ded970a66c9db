package dev.drover.desk;

import dev.drover.access.KeyId;
import dev.drover.access.KeyScope;
import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import java.util.Set;

/// The origin of a request.
///
/// @param key the key that the request carries
/// @param workspace the only workspace whose resources the caller can reach
/// @param may the scopes of the key
public record Caller(KeyId key, WorkspaceId workspace, Set<KeyScope> may) {
  public Caller {
    may = Set.copyOf(may);
  }

  /// Checks that the key has a scope.
  ///
  /// @throws Problem `PERMISSION` if the key lacks the scope
  public void check(KeyScope scope) {
    if (!may.contains(scope)) {
      throw Problem.forbidden(
          "This API key is not allowed to do this: it lacks the scope " + scope);
    }
  }
}
