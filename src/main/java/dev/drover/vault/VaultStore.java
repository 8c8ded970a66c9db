package dev.drover.vault;

import dev.drover.base.Page;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Stores credentials, their encrypted secrets, and the encrypted keys of vaults. The changes of
/// one vault run one after the other. Durable when a call returns; safe for many threads; blocking.
///
/// Every method throws a `Problem` `NOT_FOUND` if the workspace has no such vault or credential,
/// unless its comment says otherwise. A vault that is archived or deleted has no secrets and no
/// keys any more.
public interface VaultStore {
  /// Creates a credential.
  ///
  /// @throws dev.drover.base.Problem `CONFLICT` if another active credential of the vault has the
  ///   same [CredentialAuth#lookup]; `INVALID_REQUEST` if the vault is archived, or full;
  ///   `UNAVAILABLE` if a key of a secret does not exist any more
  void create(Credential credential, List<SealedSecret> secrets);

  Credential get(WorkspaceId workspace, VaultId vault, CredentialId id);

  /// Newest first.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<Credential> list(
      WorkspaceId workspace,
      VaultId vault,
      boolean includeArchived,
      int limit,
      Optional<String> page);

  /// Replaces a credential, and those of its secrets that are given.
  ///
  /// @param after the new credential, with the revision after the stored one
  /// @return false if the stored one has another revision: nothing has changed
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is archived; as [#create] says of keys
  boolean replace(Credential after, List<SealedSecret> secrets);

  /// Archives a credential and removes its secrets. To archive it again changes nothing.
  ///
  /// @return the credential after that
  Credential archive(WorkspaceId workspace, VaultId vault, CredentialId id, Instant at);

  /// Removes a credential with its secrets.
  void delete(WorkspaceId workspace, VaultId vault, CredentialId id);

  /// The active credentials of some vaults with one [CredentialAuth#lookup], in the order of the
  /// vaults. Vaults that do not exist have none.
  List<Credential> find(WorkspaceId workspace, List<VaultId> vaults, String lookup);

  /// The active credentials of some vaults that are environment variables, in the order of the
  /// vaults. Vaults that do not exist have none.
  List<Credential> variables(WorkspaceId workspace, List<VaultId> vaults);

  /// The secrets of a credential as it is now, and the credential; empty if it does not exist or is
  /// archived.
  Optional<Stored> secrets(CredentialId id);

  /// A credential with its secrets, as of one moment.
  record Stored(Credential credential, List<SealedSecret> secrets) {
    public Stored {
      secrets = List.copyOf(secrets);
    }

    /// One of the secrets; empty if the credential does not have it.
    public Optional<SealedSecret> secret(SecretField field) {
      return secrets.stream().filter(secret -> secret.field() == field).findFirst();
    }
  }

  /// Claims the right to get a new access token for a credential, for a while and for all nodes.
  ///
  /// @param secretsVersion the [Credential#secretsVersion] whose token shall be replaced
  /// @param again also if the OAuth server has refused it before, or failed just now
  /// @param lease how long the claim holds
  RefreshClaim claimRefresh(CredentialId id, long secretsVersion, boolean again, Duration lease);

  /// Ends a claim without a new token. Does nothing if it has ended.
  ///
  /// @param refused whether the OAuth server refused for good, until the secrets change
  /// @param pause otherwise, how long nobody tries again
  void endRefresh(CredentialId id, long claim, boolean refused, Duration pause);

  /// Stores new tokens, and ends every claim.
  ///
  /// @param after the credential with the new expiry and the next [Credential#secretsVersion]
  /// @return false if the stored one has another version, or is archived or deleted
  boolean refreshed(Credential after, List<SealedSecret> secrets);

  /// The keys of a vault, the newest first; none if it has none yet.
  List<VaultKey> keys(VaultId vault);

  /// Adds a key, unless another one has its version.
  ///
  /// @param vault or another id under which [VaultKey] says that keys are stored
  ///
  /// @return the key that there is in this version
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if the vault is archived
  VaultKey addKey(WorkspaceId workspace, VaultId vault, VaultKey key);

  /// Some keys of vaults that another key of the [Kms] than the given one encrypts.
  List<OwnKey> keysWithout(String kek, int limit);

  /// A key of a vault.
  record OwnKey(WorkspaceId workspace, VaultId vault, VaultKey key) {}

  /// Replaces the encrypted form of a key.
  ///
  /// @return false if it is not stored as `before` any more
  boolean replaceKey(VaultId vault, VaultKey before, VaultKey after);

  /// Removes what the files of the database still have of removed secrets, as far as the database
  /// can do that: see the documentation.
  ///
  /// @return false if other work prevents it; try again later
  boolean purge();

  /// The ids of the keys of a [Kms] that encrypt keys of vaults.
  Set<String> keks();
}
