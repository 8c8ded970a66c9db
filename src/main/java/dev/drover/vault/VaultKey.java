package dev.drover.vault;

import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;

/// The key of a vault, or of a workspace, encrypted by a key of the [Kms].
///
/// @param version from 1; the highest one encrypts new secrets
/// @param kek the id of the key that encrypts it
/// @param wrapped as the [Kms] returned it, in Base64
public record VaultKey(long version, String kek, String wrapped) {
  /// Under which id the keys of a workspace are stored, which encrypt the tokens of repositories.
  public static VaultId owner(WorkspaceId workspace) {
    return new VaultId(workspace.value());
  }

  @Override
  public String toString() {
    return "VaultKey[" + version + ", " + kek + "]";
  }
}
