package dev.drover.vault;

import dev.drover.base.Problem;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A credential without its secrets.
///
/// @param revision from 1; every change raises it
/// @param secretsVersion from 1; every change of secrets raises it
/// @param archivedAt null: it is in use
public record Credential(
    CredentialId id,
    WorkspaceId workspace,
    VaultId vault,
    @Nullable String displayName,
    Map<String, String> metadata,
    CredentialAuth auth,
    long revision,
    long secretsVersion,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant archivedAt) {
  /// The maximum number of credentials of a vault that are not archived.
  public static final int MOST = 20;

  public Credential {
    metadata = Map.copyOf(metadata);
  }

  /// A new credential.
  public static Credential of(
      CredentialId id, WorkspaceId workspace, VaultId vault, CredentialDraft draft, Instant now) {
    return new Credential(
        id,
        workspace,
        vault,
        draft.displayName(),
        draft.metadata(),
        draft.auth(),
        1,
        1,
        now,
        now,
        null);
  }

  /// This credential after a change.
  public Credential changed(CredentialDraft draft, Instant now) {
    return new Credential(
        id,
        workspace,
        vault,
        draft.displayName(),
        draft.metadata(),
        draft.auth(),
        revision + 1,
        draft.secrets().isEmpty() ? secretsVersion : secretsVersion + 1,
        createdAt,
        now,
        archivedAt);
  }

  /// This credential with new tokens, which changes nothing that clients have set.
  Credential refreshed(CredentialAuth renewed) {
    return new Credential(
        id,
        workspace,
        vault,
        displayName,
        metadata,
        renewed,
        revision + 1,
        secretsVersion + 1,
        createdAt,
        updatedAt,
        archivedAt);
  }

  /// Whether a change leaves everything as it is.
  public boolean isUnchangedBy(CredentialDraft draft) {
    return draft.secrets().isEmpty()
        && Objects.equals(displayName, draft.displayName())
        && metadata.equals(draft.metadata())
        && auth.equals(draft.auth());
  }

  /// The refusal of a use or a change of an archived credential.
  public static Problem archived() {
    return Problem.invalid("Credential is archived.");
  }
}
