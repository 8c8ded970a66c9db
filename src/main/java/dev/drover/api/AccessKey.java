package dev.drover.api;

import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import dev.drover.desk.KeyScope;
import java.util.EnumSet;
import java.util.Set;

/// A key that opens routes.
///
/// @param workspace whose things it reaches
/// @param may what it is allowed to do there
public record AccessKey(Secret secret, WorkspaceId workspace, Set<KeyScope> may) {
  public AccessKey {
    may = Set.copyOf(may);
  }

  /// A key that may do everything in its workspace.
  public AccessKey(Secret secret, WorkspaceId workspace) {
    this(secret, workspace, EnumSet.allOf(KeyScope.class));
  }
}
