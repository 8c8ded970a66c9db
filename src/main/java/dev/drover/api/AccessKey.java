package dev.drover.api;

import dev.drover.access.KeyScope;
import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import java.util.EnumSet;
import java.util.Set;

/// An API key of the settings, which the server accepts without a look at its store.
///
/// @param workspace the only workspace whose resources the key can access
/// @param may the scopes of the key
public record AccessKey(Secret secret, WorkspaceId workspace, Set<KeyScope> may) {
  public AccessKey {
    may = Set.copyOf(may);
  }

  /// A key with every scope.
  public AccessKey(Secret secret, WorkspaceId workspace) {
    this(secret, workspace, EnumSet.allOf(KeyScope.class));
  }
}
