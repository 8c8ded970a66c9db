package dev.drover.catalog;

import dev.drover.base.Ids;

/// Whose a thing is. Every kept row carries one.
public record WorkspaceId(String value) {
  public static final String PREFIX = "wrkspc_";

  /// The id of the organization of all workspaces: there is only one.
  public static final String ORGANIZATION = "drover";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static WorkspaceId of(String value) {
    return new WorkspaceId(Ids.check(PREFIX, "workspace", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
