package dev.drover.vault;

import dev.drover.base.Secret;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a client wants a credential to be.
///
/// @param secrets the new secrets. A change keeps the others
public record CredentialDraft(
    @Nullable String displayName,
    Map<String, String> metadata,
    CredentialAuth auth,
    Map<SecretField, Secret> secrets) {
  public CredentialDraft {
    metadata = Map.copyOf(metadata);
    secrets = Map.copyOf(secrets);
  }
}
