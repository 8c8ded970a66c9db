package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.catalog.Vault;
import dev.drover.catalog.VaultId;
import dev.drover.vault.Credential;
import dev.drover.vault.CredentialId;

/// The error messages for clients about credentials.
public final class CredentialRefusals {
  private CredentialRefusals() {}

  public static Problem notFound(CredentialId id) {
    return Problem.notFound("Credential " + id + " not found.");
  }

  /// The refusal of a new credential in an archived vault.
  public static Problem archived(VaultId id) {
    return Vault.KIND.archived().apply(id.value());
  }

  public static Problem full() {
    return Problem.invalid(
        "A vault may have at most %d active credentials.".formatted(Credential.MOST));
  }

  /// The key is not in the message: it may be a URL with a secret.
  public static Problem taken(String other) {
    return Problem.conflict(
        "Credential %s of this vault is for the same server or variable. Archive it first."
            .formatted(other));
  }

  /// A key of the vault was replaced while a secret was being encrypted with it.
  public static Problem rotated() {
    return Problem.unavailable(
        "The keys of the vault were just changed.", new IllegalStateException("key is gone"));
  }
}
