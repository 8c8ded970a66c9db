package dev.drover.vault;

import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;

/// The key of a vault, of a workspace, or of the servers themselves, encrypted by a key of the
/// [Kms].
///
/// @param version from 1; the highest one encrypts new secrets
/// @param kek the id of the key that encrypts it
/// @param wrapped as the [Kms] returned it, in Base64
public record VaultKey(long version, String kek, String wrapped) {
  /// Under which id the keys of a workspace are stored, which encrypt the tokens of repositories
  /// and the signing secrets of webhooks.
  public static VaultId owner(WorkspaceId workspace) {
    return new VaultId(workspace.value());
  }

  /// Under which id a key of the servers themselves is stored.
  static VaultId ofServers(String name) {
    return new VaultId("server_" + name);
  }

  /// Whether the keys under an id are those of a vault.
  public static boolean isOfVault(VaultId id) {
    return id.value().startsWith(VaultId.PREFIX);
  }

  @Override
  public String toString() {
    return "VaultKey[" + version + ", " + kek + "]";
  }
}
