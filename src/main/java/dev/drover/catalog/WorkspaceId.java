package dev.drover.catalog;

import dev.drover.base.Ids;

/// The id of a workspace, which every stored row has or belongs to.
public record WorkspaceId(String value) {
  public static final String PREFIX = "wrkspc_";

  /// The id of the organization of all workspaces: there is only one.
  public static final String ORGANIZATION = "drover";

  /// The workspace that every server has, to which the key in its settings belongs.
  public static final WorkspaceId DEFAULT = new WorkspaceId("wrkspc_01Default");

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
